// What an alert rests on: of a hotspot its pollutants, its wind and who judged it; of a rule its sign and figures.
import { el } from "./dom.js";
import { AMOUNTS, FIGURES, SHARES, SIGNS, UNITS, VALUES } from "./terms.js";
import { clock, english, named, number, said, w } from "./words.js";

const SILENT = new Set(["sign", "signs", "unit", "profile", "channels", "score", "device", "outlet", "park", "drill", "by"]); // said elsewhere, or of no use to the desk
const percent = (part) => `${Number((part * 100).toPrecision(3))} %`;

export const unitOf = (alert, desk, name = alert.pollutant) => UNITS[name] || desk.units[name] || alert.evidence?.unit || "";
export const fact = (name, ...value) => [el("dt", {}, name), el("dd", {}, ...value)];
export const signOf = (alert) => (alert.evidence?.sign ? said(SIGNS, alert.evidence.sign) : "");
const nameOf = (id, desk) => desk.stations.get(id)?.name || id;
export const level = (severity) => el("span", { class: `level severity-${severity}` }, w("levels")[severity] || severity);

// A device by its name, with its id, which is on its housing.
export function deviceOf(id, desk) {
  const name = nameOf(id, desk);
  return name === id ? id : `${name} ${id}`;
}

export const geo = (lon, lat) => el("a", { href: `geo:${lat},${lon}` }, `${lat.toFixed(5)}, ${lon.toFixed(5)}`);

export function windOf([east, north]) {
  const degrees = (Math.round((Math.atan2(-east, -north) * 180) / Math.PI) + 360) % 360;
  return w("from8", w("sides")[Math.round(degrees / 45) % 8], degrees, Math.hypot(east, north).toFixed(1));
}

// Where it is likely to be; what the wind does not tell is said, not left out.
export function sourceOf(alert) {
  const source = alert.evidence?.source;
  if (source) return [`${w(source.registered ? "registered" : "unregistered")} `, geo(source.lon, source.lat), `\u00a0±\u00a0${Math.round(source.within_m)}\u00a0m`];
  if (alert.attribution === "wind") return [geo(alert.lon, alert.lat)];
  return [w(alert.attribution === "calm" ? "calm" : "unmeasured")];
}

// Of what is over, the gravest that it was.
export function severityOf(alert) {
  return alert.status === "open" ? alert.severity : Math.max(alert.severity, ...(alert.evidence?.severity || []).map(([, severity]) => severity));
}

export function stepsOf(alert) {
  const steps = alert.evidence?.severity || [];
  // Several steps of one minute are one: the last.
  const kept = steps.filter(([at], i) => at !== steps[i + 1]?.[0]);
  return kept.map(([at, severity]) => el("span", { class: "step" }, clock(at, new Date(alert.opened_at)), " ", level(severity)));
}

export function peaks(alert, desk) {
  const head = ["", w("peak"), w("background"), w("excess"), w("when")];
  const rows = Object.entries(alert.evidence?.pollutants || {}).sort(([a], [b]) => alert.pollutants.indexOf(a) - alert.pollutants.indexOf(b));
  if (!rows.length) return null;
  return el("table", {}, el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col" }, text)))),
    el("tbody", {}, ...rows.map(([name, of]) => el("tr", {},
      el("th", { scope: "row" }, named("pollutants", name), el("small", {}, ` ${unitOf(alert, desk, name)}`)),
      el("td", {}, number(of.value)), el("td", {}, number(of.background)),
      el("td", {}, el("b", {}, `+${number(of.excess)}`), of.background > 0 ? el("small", {}, ` ×${(of.value / of.background).toFixed(1)}`) : null),
      el("td", {}, clock(of.at, new Date(alert.opened_at)), el("small", {}, ` ${of.device}`))))));
}

// Why the detector believed it.
export function grounds(alert, desk) {
  const { lead, neighbours, qc, value, background, score } = alert.evidence || {};
  return [
    lead ? fact(w("lead"), `${deviceOf(lead, desk)} · ${w("decided", number(value), number(background), number(score))}`) : [],
    neighbours === undefined ? [] : fact(w("neighbours"), w("used", neighbours)),
    qc ? fact(w("quality"), `${w("qc", said(VALUES, qc.flag), qc.repeated, qc.gap_min, Math.round(qc.sd * 100), Math.round(qc.roughness * 100))} · ${
      w(qc.suspected_step ? "stepped" : "unstepped")}`) : [],
  ].flat();
}

// The figures of a rule, as a plain table; further signs of the same device by name.
export function figures(alert, desk) {
  const evidence = alert.evidence || {}, unit = evidence.unit || unitOf(alert, desk);
  const order = Object.keys(FIGURES), place = ([key]) => (key in FIGURES ? order.indexOf(key) : -1);
  const told = Object.entries(evidence).sort((a, b) => place(a) - place(b)).filter(([key, value]) => !SILENT.has(key) && value !== null && value !== "" && !(key === "trait" && value === evidence.sign));
  const further = Object.entries(evidence.signs || {}).filter(([sign]) => sign !== evidence.sign);
  return [
    ...told.map(([key, value]) => fact(label(key, alert.kind), shown(key, value, unit, desk))),
    ...further.map(([sign, of]) => fact(said(SIGNS, sign), Object.entries(of).filter(([key]) => key !== "score")
      .map(([key, value]) => `${label(key, alert.kind)}: ${shown(key, value, unit, desk)}`).join(" · "))),
  ].flat();
}

// Some words mean something else of another kind.
function label(key, kind) {
  const own = `${kind}_${key}` in FIGURES ? `${kind}_${key}` : key;
  return own in FIGURES ? said(FIGURES, own) : named("pollutants", key);
}

function shown(key, value, unit, desk) {
  if (key === "wind") return windOf(value);
  if (key === "trait") return said(SIGNS, value);
  if (typeof value === "boolean" || key === "after_gap_or_mark") return w(value ? "yes" : "no");
  if (Array.isArray(value)) return value.map((part) => named("pollutants", part)).join(english() ? ", " : "、") || "–";
  if (typeof value === "object") return Object.entries(value).map(([id, amount]) => `${nameOf(id, desk)} ${number(amount)}`).join(" · ") || "–";
  if (typeof value === "number") return SHARES.has(key) ? percent(value) : `${whole(value)}${AMOUNTS.has(key) ? ` ${UNITS[key] || unit}` : key === "wind_from" ? "°" : ""}`;
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return clock(value);
  return said(VALUES, value);
}

const whole = (value) => (Number.isInteger(value) ? String(value) : number(value)).replace("-", "−");

// An alert as a card of the feed and as the sheet beside it.
import { el } from "./dom.js";
import { fact, figures, geo, grounds, level, peaks, severityOf, signOf, sourceOf, stepsOf, unitOf, windOf } from "./evidence.js";
import { clock, english, half, named, number, span, w } from "./words.js";

// What rings somebody's phone; all other kinds wait behind a switch.
export const ALARMS = ["hotspot", "exceedance", "park", "regional", "silence", "drill"];
export const NOTICES = ["early_warning", "fault", "fabrication", "offline", "clock"];
export const isAlarm = (alert) => ALARMS.includes(alert.kind);
// Monitors stand in chimneys: their values are not on the map.
export const isJudged = (alert) => !["exceedance", "early_warning", "fabrication"].includes(alert.kind);
const whoIs = (id, desk) => desk.people.get(id) || (id.startsWith("enterprise:") ? nameOf(id.slice(11), desk) : named("roles", id));
// Whose it is: "" of what rings nobody's phone, and of what is over without anybody having gone.
const handled = ({ handling: one, kind }, desk) => (ALARMS.includes(kind) && one.closed_by !== "detector"
  ? [named("stages", one.stage), holder(one) ? whoIs(holder(one), desk) : "", clock(one.since)].filter(Boolean).join(" · ") : "");
// The air is bad, or people are not done with it.
export const isLive = (alert) => alert.status === "open" || (isAlarm(alert) && !["closed", "false_alarm", "merged"].includes(alert.handling.stage));
export const holder = (one) => (one.stage === "rectifying" && one.enterprise_id && `enterprise:${one.enterprise_id}`) || one.closed_by || one.accepted_by || one.person || one.team || one.acknowledged_by;
const isHotspot = (alert) => alert.kind === "hotspot";
// Candidates that are worth a line.
export const likely = (alert) => alert.candidates.filter((candidate) => candidate.score >= 0.01).slice(0, 5);

export function card(alert, desk, onChoose) {
  const open = alert.status === "open", told = named("figures", alert.kind);
  return el("li", {},
    el("button", {
      type: "button", class: `alert severity-${severityOf(alert)}${open ? " is-open" : ""}`, onclick: () => onChoose(alert.id),
      "aria-current": desk.chosen === alert.id ? "true" : null, "data-id": alert.id,
    },
      el("span", { class: "line" }, level(severityOf(alert)), el("strong", {}, title(alert)), el("time", {}, clock(alert.opened_at))),
      el("span", { class: "where" }, placeOf(alert, desk)),
      alert.kind === "fault" || !alert.pollutant || told === alert.kind ? null
        : el("span", { class: "amount" }, el("b", {}, number(alert.peak_value)), ` ${unitOf(alert, desk)}`,
          el("span", { class: "dim" }, ` ${told[1]} ${number(alert.background)}`), el("span", { class: "excess" }, excess(alert))),
      el("span", { class: "line wraps dim" }, el("span", {}, why(alert, desk)),
        el("span", { class: "term", "data-since": open ? alert.opened_at : null }, term(alert))),
      handled(alert, desk) ? el("span", { class: `stage is-${alert.handling.stage}` }, handled(alert, desk)) : null));
}

export function title(alert) {
  const names = (alert.pollutants || [alert.pollutant]).filter(Boolean).map((name) => named("pollutants", name)).join(" + ");
  return [isHotspot(alert) ? "" : named("kinds", alert.kind), names].filter(Boolean).join(" · ");
}

// In a line: of a rule its sign, of a hotspot who it may be.
function why(alert, desk) {
  if (!isHotspot(alert)) return signOf(alert);
  const [top] = alert.candidates;
  if (alert.evidence?.source && !alert.evidence.source.registered) return w("unlisted");
  return top ? `${w("suspect")} ${who(top, desk)}` : alert.attribution === "calm" ? w("calm") : w("noSuspect");
}

const excess = (alert) =>
  ` ${alert.excess < 0 ? "−" : "+"}${number(Math.abs(alert.excess))}${alert.background > 0 ? ` · ×${(alert.peak_value / alert.background).toFixed(1)}` : ""}`;
const nameOf = (id, desk) => desk.enterprises.get(id)?.name || id;
const who = (candidate, desk) => `${nameOf(candidate.enterprise_id, desk)} ${Math.round(candidate.score * 100)}%`;

export function term(alert, now = Date.now()) {
  const seconds = ((alert.closed_at ? Date.parse(alert.closed_at) : now) - Date.parse(alert.opened_at)) / 1000;
  return alert.closed_at ? w("over", clock(alert.opened_at), clock(alert.closed_at, new Date(alert.opened_at)), span(seconds)) : w("lasted", span(seconds));
}

// What it is about: of a hotspot the township and stations of its cells, else a device, a park, the district.
export function placeOf(alert, desk) {
  const now = alert.cells.filter((cell) => !cell.to);
  const cells = now.length ? now : alert.cells;
  const keys = cells.slice(0, 3).map((cell) => `${cell.ix}\u2011${cell.iy}`).join(" ");
  const where = cells.length ? `${w("cell")} ${keys}${cells.length > 3 ? " …" : ""}` : "";
  return [...(isHotspot(alert) ? stationsOf(cells, desk) : subject(alert, desk)), where].filter(Boolean).join(" · ");
}

function stationsOf(cells, desk) {
  const stations = cells.flatMap((cell) => desk.stationsIn.get(`${cell.ix}-${cell.iy}`) || []);
  const townships = [...new Set(stations.map((station) => station.township).filter(Boolean))];
  const names = [...new Set(stations.map((station) => station.name || station.station_id))];
  return [townships.slice(0, 2).join(" "), names.slice(0, 2).join(english() ? ", " : "、") + (names.length > 2 ? ` +${names.length - 2}` : "")];
}

function subject(alert, desk) {
  if (alert.source === "district") return [w("district")];
  if (alert.kind === "drill") return [geo(alert.lon, alert.lat).textContent];
  const { outlet, park } = alert.evidence || {}, station = desk.stations.get(alert.source);
  return [station?.township, ...alert.candidates.map((owner) => nameOf(owner.enterprise_id, desk)).slice(0, 2),
    park || station?.name || alert.source, outlet];
}

export function sheet(alert, desk) {
  const open = alert.status === "open";
  return [
    el("p", { class: `headline severity-${severityOf(alert)}` }, level(severityOf(alert)), el("strong", {}, title(alert)),
      el("span", { class: "dim" }, ` ${w(open ? "open" : "closed")}`)),
    isHotspot(alert) ? null : el("p", { class: "sign" }, signOf(alert)),
    el("dl", { class: "facts" },
      fact(w("where"), placeOf(alert, desk)),
      fact(w("since"), `${open ? `${clock(alert.opened_at)} · ` : ""}${term(alert)}${alert.late ? ` · ${w("late")}` : ""}`),
      ...(isHotspot(alert) ? hotspot(alert) : amounts(alert, desk)),
      ...(handled(alert, desk) ? fact(w("handling"), el("span", { class: `stage is-${alert.handling.stage}` }, handled(alert, desk))) : [])),
    ...course("steps", alert.events?.filter((event) => event.who !== "detector"), desk),
    ...(isHotspot(alert) ? [peaks(alert, desk), ...candidates(alert, desk)] : []),
    el("h3", {}, w("evidence")),
    el("dl", { class: "facts" }, ...(isHotspot(alert) ? grounds(alert, desk) : figures(alert, desk)), fact(w("version"), [alert.detector, alert.profile].filter(Boolean).join(" · "))),
  ].filter(Boolean);
}

function hotspot(alert) {
  const wind = alert.evidence?.wind || [], steps = stepsOf(alert);
  return [
    ...fact(w("origin"), ...sourceOf(alert)),
    ...(wind.length ? fact(w("wind"), windOf(wind)) : []),
    ...(steps.length ? fact(w("severity"), ...steps) : []),
  ];
}

// Of the other kinds the evidence has these figures by better names.
function amounts(alert, desk) {
  if (alert.kind !== "fault" || !alert.pollutant) return [];
  const [value, beside] = w("figures").fault;
  return [...fact(value, `${number(alert.peak_value)} ${unitOf(alert, desk)} · ${clock(alert.peak_at)}`),
    ...fact(beside, `${number(alert.background)} ${unitOf(alert, desk)}`)];
}

function candidates(alert, desk) {
  if (alert.attribution !== "wind") return [];
  const ranked = likely(alert).map((one) => [nameOf(one.enterprise_id, desk), line(desk.enterprises.get(one.enterprise_id)), one.score]);
  const nobody = alert.evidence?.nobody_registered ?? 0;
  if (nobody >= 0.01) ranked.push([w("nobody"), "", nobody]);
  return [el("h3", {}, w("suspect")), el("ul", { class: "candidates" }, ...ranked.sort((a, b) => b[2] - a[2]).map(([name, more, score]) =>
    el("li", {}, el("span", {}, `${name} ${Math.round(score * 100)}%`), el("span", { class: "dim" }, more), el("meter", { min: 0, max: 1, value: score, "aria-label": name }))))];
}

const line = (enterprise) => (enterprise ? ` ${[enterprise.industry, enterprise.township].filter(Boolean).join(" · ")}` : "");

// What the air did, or what people did.
export function course(word, events = [], desk) {
  // Of updates in a row the last, of a long course the beginning and the newest lines say enough.
  const kept = events.filter(({ action, why }, i) => action !== "updated" || why || events[i + 1]?.action !== action);
  const told = kept.length > 16 ? [...kept.slice(0, 2), null, ...kept.slice(-13)] : kept;
  return !kept.length ? [] : [el("h3", {}, w(word)), el("ol", { class: "course" }, ...told.map((event) => event
    ? el("li", {}, el("time", {}, clock(event.at)), el("b", {}, doing(event)), ...about(event, desk),
      ["detector", "timer"].includes(event.who) ? null : el("span", { class: "dim" }, whoIs(event.who, desk)), el("p", {}, event.details.step ? "" : half(event.why), ...(event.details.photos || []).map(photo)))
    : el("li", { class: "dim" }, "…")))];
}

const doing = ({ action, details }) => named("actions", action === "rectify" && details.deadline ? "order" : action === "verify" && !details.passed ? "refuse" : action);

// Beside the step: to whom, how far from the source, what was found, until when.
const about = ({ details: of }, desk) => [
  of.team, of.person && whoIs(of.person, desk), of.step && named("actions", of.step), of.distance_m !== undefined && w("metres", Math.round(of.distance_m)),
  of.cause && named("causes", of.cause), of.enterprise_id && nameOf(of.enterprise_id, desk), of.deadline && w("until", clock(of.deadline)),
].filter(Boolean).map((text) => el("span", {}, text));

function photo(id) {
  const href = `/api/v1/photos/${id}`;
  return el("a", { href, target: "_blank" }, el("img", { src: href, alt: w("photo"), loading: "lazy" }));
}

// An alert as a card of the feed and as the sheet beside it.
import { el } from "./dom.js";
import { clock, english, named, number, span, w } from "./words.js";

export function card(alert, desk, onChoose) {
  const open = alert.status === "open";
  const top = alert.candidates[0];
  return el("li", {},
    el("button", {
      type: "button", class: `alert severity-${alert.severity}${open ? " is-open" : ""}`, onclick: () => onChoose(alert.id),
      "aria-current": desk.chosen === alert.id ? "true" : null, "data-id": alert.id,
    },
      el("span", { class: "line" }, level(alert), el("strong", {}, title(alert)), el("time", {}, clock(alert.opened_at))),
      el("span", { class: "where" }, placeOf(alert, desk)),
      el("span", { class: "amount" }, el("b", {}, number(alert.peak_value)), ` ${desk.units[alert.pollutant] || ""}`,
        el("span", { class: "dim" }, ` ${w("background")} ${number(alert.background)}`), el("span", { class: "excess" }, excess(alert))),
      el("span", { class: "line wraps dim" }, el("span", {}, top ? `${w("suspect")} ${who(top, desk)}` : w("noSuspect")),
        el("span", { class: "term", "data-since": open ? alert.opened_at : null }, term(alert)))));
}

const level = (alert) => el("span", { class: "level" }, w("levels")[alert.severity] || alert.severity);
const title = (alert) =>
  `${named("pollutants", alert.pollutant)}${alert.kind === "hotspot" ? "" : ` · ${named("kinds", alert.kind)}`}`;
const excess = (alert) =>
  ` +${number(alert.excess)}${alert.background > 0 ? ` · ×${(alert.peak_value / alert.background).toFixed(1)}` : ""}`;
const who = (candidate, desk) =>
  `${desk.enterprises.get(candidate.enterprise_id)?.name || candidate.enterprise_id} ${Math.round(candidate.score * 100)}%`;

export function term(alert, now = Date.now()) {
  const seconds = ((alert.closed_at ? Date.parse(alert.closed_at) : now) - Date.parse(alert.opened_at)) / 1000;
  return alert.closed_at ? w("over", clock(alert.opened_at), clock(alert.closed_at, new Date(alert.opened_at)), span(seconds)) : w("lasted", span(seconds));
}

// Township and stations of the cells that are in the alert, or were.
export function placeOf(alert, desk) {
  const now = alert.cells.filter((cell) => !cell.to);
  const cells = now.length ? now : alert.cells;
  const stations = cells.flatMap((cell) => desk.stationsIn.get(`${cell.ix}-${cell.iy}`) || []);
  const townships = [...new Set(stations.map((station) => station.township).filter(Boolean))];
  const names = [...new Set(stations.map((station) => station.name || station.station_id))];
  const keys = cells.slice(0, 3).map((cell) => `${cell.ix}-${cell.iy}`).join(" ");
  const most = names.slice(0, 2).join(english() ? ", " : "、") + (names.length > 2 ? ` +${names.length - 2}` : "");
  return [townships.slice(0, 2).join(" "), most, `${w("cell")} ${keys}${cells.length > 3 ? " …" : ""}`].filter(Boolean).join(" · ");
}

export function sheet(alert, desk) {
  const unit = desk.units[alert.pollutant] || "";
  const fact = (name, ...value) => [el("dt", {}, name), el("dd", {}, ...value)];
  return [
    el("p", { class: `headline severity-${alert.severity}` }, level(alert), el("strong", {}, title(alert)),
      el("span", { class: "dim" }, ` ${w(alert.status === "open" ? "open" : "closed")}`)),
    el("dl", { class: "facts" },
      fact(w("where"), placeOf(alert, desk), " ", el("a", { href: `geo:${alert.lat},${alert.lon}` },
        `${alert.lat.toFixed(5)}, ${alert.lon.toFixed(5)}`)),
      fact(w("since"), `${alert.closed_at ? "" : `${clock(alert.opened_at)} · `}${term(alert)}${alert.late ? ` · ${w("late")}` : ""}`),
      fact(w("peak"), `${number(alert.peak_value)} ${unit} · ${clock(alert.peak_at)}`),
      fact(w("background"), `${number(alert.background)} ${unit}`),
      fact(w("excess"), excess(alert).trim()),
      fact(w("score"), number(alert.score)),
      fact(w("kind"), named("kinds", alert.kind)),
      fact(w("attribution"), named("attributions", alert.attribution))),
    alert.candidates.length ? el("h3", {}, w("suspect")) : null,
    el("ul", { class: "candidates" }, ...alert.candidates.map((candidate) => el("li", {},
      el("span", {}, who(candidate, desk)),
      el("span", { class: "dim" }, about(desk.enterprises.get(candidate.enterprise_id))),
      el("meter", { min: 0, max: 1, value: candidate.score, "aria-label": who(candidate, desk) })))),
  ].filter(Boolean);
}

const about = (enterprise) => (enterprise ? ` ${[enterprise.industry, enterprise.township].filter(Boolean).join(" · ")}` : "");

export function course(events) {
  // Of a long course the beginning and the newest lines say enough.
  const told = events.length > 12 ? [...events.slice(0, 2), null, ...events.slice(-9)] : events;
  return [el("h3", {}, w("history")), el("ol", { class: "course" }, ...told.map((event) => event
    ? el("li", {}, el("time", {}, clock(event.at)), ` ${named("actions", event.action)} ${event.why} `, el("span", { class: "dim" }, event.who))
    : el("li", { class: "dim" }, "…")))];
}

// What the map shows of the alert that is looked at, and what its signs mean.
import { el } from "./dom.js";
import { FIGURES } from "./terms.js";
import { named, number, said, w } from "./words.js";

export function clues({ evidence = {}, source }, desk) {
  const places = (ids) => ids.map((id) => desk.stations.get(id)).filter(Boolean);
  const members = Array.isArray(evidence.devices) ? evidence.devices : [source, ...Object.keys(evidence.downwind || {})];
  return { source: evidence.source, wind: evidence.wind?.length ? evidence.wind : null, members: places(members),
    neighbours: places(evidence.neighbour_ids || Object.keys(evidence.upwind || {})) };
}

export function legend(map, desk) {
  const { low, high, stops } = map.scale(), { detail } = desk;
  const bar = el("span", { class: "ramp" });
  bar.style.background = `linear-gradient(90deg, ${stops.join(", ")})`;
  const key = (name, text) => el("span", { class: `swatch ${name}` }, text);
  return [
    el("span", {}, number(low)), bar, el("span", {}, `${number(high)} ${desk.by === "value" ? desk.units[desk.pollutant] || "" : w("score")}`),
    key("hatch", named("states", "no_data")), key("dots", named("states", "warming_up")), key("alarm", named("states", "in_alert")),
    desk.national.length && key("national", w("national")), ...(detail ? about(detail, clues(detail, desk), key) : []),
  ].filter(Boolean);
}

function about(detail, { source, members, neighbours }, key) {
  const park = detail.kind === "park";
  return [
    detail.candidates.length && key("source", w(detail.kind === "hotspot" ? "source" : "owner")), source && key("likely", w("likely")),
    members.length && key("member", park ? said(FIGURES, "downwind") : w("members")),
    neighbours.length && key("neighbour", park ? said(FIGURES, "upwind") : w("neighbours")),
  ];
}

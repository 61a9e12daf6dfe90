// A day of one cell as a line chart: value, background, and when the alert was open. A gap in the data is a gap.
import { el, svg } from "./dom.js";
import { clock, named, number, w } from "./words.js";

const WIDTH = 420, HEIGHT = 190, LEFT = 40, RIGHT = 8, TOP = 10, BOTTOM = 22;

export function chart(series, unit, alert) {
  const points = series.points.map((p) => ({ ...p, at: Date.parse(p.minute) }));
  if (!points.length) return el("p", { class: "empty" }, w("noSeries"));
  const first = points[0].at, last = Math.max(points.at(-1).at, first + 60000);
  const top = ceiling(Math.max(...points.map((p) => Math.max(p.value ?? 0, p.background ?? 0))));
  const x = (at) => LEFT + ((at - first) / (last - first)) * (WIDTH - LEFT - RIGHT);
  const y = (value) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM);
  const readout = el("p", { class: "readout" });
  const cross = svg("line", { class: "cross", y1: TOP, y2: HEIGHT - BOTTOM, visibility: "hidden" });
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${w("chart")} ${series.name} ${named("pollutants", series.pollutant)}` },
    alert ? band(alert, first, last, x) : null, grid(top, first, last, x, y),
    svg("path", { class: "background", d: path(points, "background", x, y) }),
    svg("path", { class: "value", d: path(points, "value", x, y) }), cross);
  const tell = (point) => {
    const text = `${clock(point.minute)}  ${w("value")} ${number(point.value)}  ${w("background")} ${number(point.background)} ${unit}`;
    readout.textContent = text;
  };
  picture.addEventListener("pointermove", (event) => {
    const box = picture.getBoundingClientRect();
    const at = first + ((((event.clientX - box.left) / box.width) * WIDTH - LEFT) / (WIDTH - LEFT - RIGHT)) * (last - first);
    const near = points.reduce((best, p) => (Math.abs(p.at - at) < Math.abs(best.at - at) ? p : best));
    cross.setAttribute("x1", x(near.at)); cross.setAttribute("x2", x(near.at)); cross.setAttribute("visibility", "visible");
    tell(near);
  });
  tell(points.at(-1));
  return el("figure", {}, el("figcaption", {}, `${named("pollutants", series.pollutant)} · ${w("chart")} · ${series.name || series.device_id}`,
    el("span", { class: "key value" }, w("value")), el("span", { class: "key background" }, w("background"))), picture, readout);
}

// The next round number: 1, 2, 2.5, 5 times a power of ten.
function ceiling(most) {
  const power = 10 ** Math.floor(Math.log10(most || 1));
  return [1, 2, 2.5, 5, 10].map((step) => step * power).find((round) => round >= most) || 1;
}

function path(points, name, x, y) {
  let d = "", before = null;
  for (const point of points) {
    if (point[name] === null) { before = null; continue; }
    const joined = before !== null && point.at - before <= 180000;
    d += `${joined ? "L" : "M"}${x(point.at).toFixed(1)} ${y(point[name]).toFixed(1)}`;
    before = point.at;
  }
  return d;
}

function band(alert, first, last, x) {
  const from = Math.max(Date.parse(alert.opened_at), first);
  const to = alert.closed_at ? Math.min(Date.parse(alert.closed_at), last) : last;
  if (to < first || from > last) return null;
  return svg("rect", { class: "band", x: x(from), y: TOP, width: Math.max(2, x(to) - x(from)), height: HEIGHT - TOP - BOTTOM });
}

function grid(top, first, last, x, y) {
  const lines = [0, 0.25, 0.5, 0.75, 1].map((part) => [
    svg("line", { class: "rule", x1: LEFT, x2: WIDTH - RIGHT, y1: y(part * top), y2: y(part * top) }),
    svg("text", { x: LEFT - 5, y: y(part * top) + 4, "text-anchor": "end" }, String(Number((part * top).toPrecision(3)))),
  ]);
  const step = (last - first > 12 * 3600000 ? 6 : last - first > 3 * 3600000 ? 2 : 0.5) * 3600000;
  const zone = new Date(first).getTimezoneOffset() * 60000;
  for (let at = Math.ceil((first - zone) / step) * step + zone; at <= last; at += step) {
    const time = new Date(at).toTimeString().slice(0, 5);
    lines.push(svg("text", { x: Math.min(x(at), WIDTH - 16), y: HEIGHT - 7, "text-anchor": "middle" }, time));
    lines.push(svg("line", { class: "tick", x1: x(at), x2: x(at), y1: HEIGHT - BOTTOM, y2: HEIGHT - BOTTOM + 4 }));
  }
  return lines.flat();
}

// The grid on a canvas: cells coloured by value or score, states that are no value hatched or dotted, alerts ringed.
import { el } from "./dom.js";
import { blend, dark, stops } from "./ramp.js";
import { named, number, w } from "./words.js";

const MOST_SCORE = 10, METRES = 111320; // of a degree of latitude

export function makeMap(canvas, tip, onPick) {
  const pen = canvas.getContext("2d");
  const cells = new Map();
  let view = { scale: 1, x: 0, y: 0 }, bounds = null, origin = null;
  let shown = { pollutant: "", by: "value", unit: "", alerts: [], marks: [], stations: [], selected: null, clues: null };
  let low = 0, high = 1, focus = null, whole = true;

  const project = ([lon, lat]) => [(lon - origin[0]) * Math.cos((origin[1] * Math.PI) / 180), origin[1] - lat];
  const screen = ([x, y]) => [x * view.scale + view.x, y * view.scale + view.y];

  function load(features) {
    cells.clear();
    bounds = null;
    if (!features.length) { draw(); return; }
    origin = features[0].geometry.coordinates[0][0];
    bounds = [Infinity, Infinity, -Infinity, -Infinity];
    for (const feature of features) {
      const ring = feature.geometry.coordinates[0].slice(0, 4).map(project);
      cells.set(feature.id, { id: feature.id, ring, told: feature.properties });
      for (const [x, y] of ring) {
        bounds = [Math.min(bounds[0], x), Math.min(bounds[1], y), Math.max(bounds[2], x), Math.max(bounds[3], y)];
      }
    }
    if (whole) fit();
  }

  // False where a cell came that has no outline here yet.
  function update(features) {
    if (features.length !== cells.size || features.some((feature) => !cells.has(feature.id))) return false;
    for (const feature of features) cells.get(feature.id).told = feature.properties;
    return true;
  }

  function show(changed) {
    shown = { ...shown, ...changed };
    const values = [...cells.values()].map((cell) => told(cell)?.value).filter((v) => v !== null && v !== undefined).sort((a, b) => a - b);
    const at = (part) => values[Math.min(values.length - 1, Math.floor(part * values.length))] ?? 0;
    low = shown.by === "score" ? 0 : Math.max(0, at(0.02) * 0.9);
    high = shown.by === "score" ? MOST_SCORE : Math.max(at(0.99), low * 1.4, 1e-3);
    draw();
  }

  const told = (cell) => cell.told[shown.pollutant];

  function fit() {
    whole = true;
    const { width, height } = canvas.getBoundingClientRect();
    if (!bounds || !width) return;
    const pad = 14, tools = 44;
    const scale = Math.min((width - tools - 2 * pad) / (bounds[2] - bounds[0]), (height - 2 * pad) / (bounds[3] - bounds[1]));
    view = {
      scale,
      x: (width - tools - scale * (bounds[0] + bounds[2])) / 2,
      y: (height - scale * (bounds[1] + bounds[3])) / 2,
    };
    draw();
  }

  function zoom(factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
    whole = false;
    view = { scale: view.scale * factor, x: x - (x - view.x) * factor, y: y - (y - view.y) * factor };
    draw();
  }

  function draw() {
    const ratio = devicePixelRatio || 1, { width, height } = canvas.getBoundingClientRect();
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    const hatch = pattern("hatch"), dots = pattern("dots"), style = getComputedStyle(canvas);
    // Of cells of a few pixels the edges would be all that one sees.
    const [first] = cells.values(), edged = first && Math.abs(first.ring[1][0] - first.ring[0][0]) * view.scale > 5;
    pen.lineWidth = 0.6;
    pen.strokeStyle = style.getPropertyValue("--edge");
    for (const cell of cells.values()) {
      const state = told(cell)?.state ?? "no_data";
      trace(cell.ring);
      pen.fillStyle = state === "no_data" || state === "not_usable" ? hatch : state === "warming_up" ? dots : colour(cell);
      pen.fill();
      if (edged) pen.stroke();
    }
    for (const cell of cells.values()) {
      if (told(cell)?.state === "in_alert") outline(cell, style.getPropertyValue("--alarm"), 2.5);
      if (cell.id === shown.selected) outline(cell, style.getPropertyValue("--text"), 2);
      if (cell.id === focus && document.activeElement === canvas) outline(cell, style.getPropertyValue("--focus"), 3);
    }
    if (shown.clues && origin) clues(shown.clues, style);
    for (const station of shown.stations) mark([station.lon, station.lat], "diamond", style.getPropertyValue("--national"), "");
    for (const alert of shown.alerts) ring(alert, style);
    for (const place of shown.marks) mark([place.lon, place.lat], "triangle", style.getPropertyValue("--alarm"), place.name);
  }

  function colour(cell) {
    const value = told(cell)[shown.by];
    if (value === null) return pattern("dots");
    return blend(Math.min(1, Math.max(0, (value - low) / (high - low))));
  }

  function trace(points) {
    pen.beginPath();
    points.map(screen).forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.closePath();
  }

  function outline(cell, stroke, thick) {
    trace(cell.ring);
    pen.lineWidth = thick;
    pen.strokeStyle = stroke;
    pen.stroke();
  }

  function ring(alert, style) {
    if (!origin) return;
    const [x, y] = screen(project([alert.lon, alert.lat]));
    const stroke = style.getPropertyValue(`--severity-${alert.severity}`);
    for (const [radius, thick, ink] of [[9, 6, style.getPropertyValue("--page")], [9, 3, stroke], [2.5, 3, stroke]]) {
      pen.beginPath();
      pen.arc(x, y, radius, 0, 7);
      pen.lineWidth = thick;
      pen.strokeStyle = ink;
      pen.stroke();
    }
  }

  // Of the alert that is looked at: where its source is likely to be, who made the background, who saw it, the wind.
  function clues({ source, neighbours, members, wind }, style) {
    const ink = (name) => style.getPropertyValue(name);
    const disc = ([x, y], radius, fill, stroke, thick) => {
      pen.beginPath();
      pen.arc(x, y, radius, 0, 7);
      if (fill) { pen.fillStyle = fill; pen.fill(); }
      if (stroke) { pen.strokeStyle = stroke; pen.lineWidth = thick; pen.stroke(); }
    };
    const at = (place) => screen(project([place.lon, place.lat]));
    if (source) {
      const radius = Math.max((source.within_m / METRES) * view.scale, 15); // not hidden under the ring of the alert
      pen.setLineDash([6, 4]);
      disc(at(source), radius, ink("--band"), ink("--page"), 4);
      disc(at(source), radius, null, ink("--alarm"), 2);
      pen.setLineDash([]);
    }
    for (const place of neighbours) disc(at(place), 4, ink("--panel"), ink("--text"), 1.5);
    for (const place of members) disc(at(place), 5, ink("--alarm"), ink("--page"), 1.5);
    if (wind) arrow(wind, ink);
  }

  function arrow([east, north], ink) {
    const speed = Math.hypot(east, north), [dx, dy] = [east / (speed || 1), -north / (speed || 1)], [x, y] = [30, 30];
    for (const [thick, stroke] of [[8, ink("--page")], [3, ink("--text")]]) {
      pen.lineWidth = thick;
      pen.strokeStyle = stroke;
      pen.beginPath();
      pen.moveTo(x - 18 * dx, y - 18 * dy);
      pen.lineTo(x + 18 * dx, y + 18 * dy);
      for (const side of [-1, 1]) { pen.moveTo(x + 18 * dx, y + 18 * dy); pen.lineTo(x + 7 * dx - side * 7 * dy, y + 7 * dy + side * 7 * dx); }
      pen.stroke();
    }
    write(`${speed.toFixed(1)} m/s`, 56, 34, ink("--page"), ink("--text"));
  }

  function write(text, x, y, halo, ink) {
    pen.font = "600 12px system-ui, sans-serif";
    pen.lineWidth = 4;
    pen.strokeStyle = halo;
    pen.strokeText(text, x, y);
    pen.fillStyle = ink;
    pen.fillText(text, x, y);
  }

  function mark(place, shape, ink, label) {
    if (!origin) return;
    const [x, y] = screen(project(place)), style = getComputedStyle(canvas);
    const points = shape === "diamond" ? [[0, -6], [6, 0], [0, 6], [-6, 0]] : [[0, -7], [7, 6], [-7, 6]];
    pen.beginPath();
    points.forEach(([dx, dy], i) => (i ? pen.lineTo(x + dx, y + dy) : pen.moveTo(x + dx, y + dy)));
    pen.closePath();
    pen.fillStyle = ink;
    pen.strokeStyle = style.getPropertyValue("--page");
    pen.lineWidth = 2;
    pen.stroke();
    pen.fill();
    if (!label) return;
    pen.font = "600 12px system-ui, sans-serif";
    const flip = x + 14 + pen.measureText(label).width > canvas.clientWidth;
    pen.textAlign = flip ? "right" : "left";
    write(label, x + (flip ? -11 : 11), y + 4, style.getPropertyValue("--page"), style.getPropertyValue("--text"));
    pen.textAlign = "left";
  }

  function pattern(kind) {
    const tile = new OffscreenCanvas(8, 8), ink = tile.getContext("2d"), style = getComputedStyle(canvas);
    ink.fillStyle = style.getPropertyValue("--unknown");
    ink.fillRect(0, 0, 8, 8);
    ink.strokeStyle = ink.fillStyle = style.getPropertyValue("--unknown-ink");
    if (kind === "dots") ink.fillRect(3, 3, 2, 2);
    else {
      ink.beginPath();
      for (const at of [-8, 0, 8]) { ink.moveTo(at, 8); ink.lineTo(at + 8, 0); }
      ink.stroke();
    }
    return pen.createPattern(tile, "repeat");
  }

  function at(event) {
    const box = canvas.getBoundingClientRect();
    const x = (event.clientX - box.left - view.x) / view.scale, y = (event.clientY - box.top - view.y) / view.scale;
    for (const cell of cells.values()) if (inside(cell.ring, x, y)) return cell;
    return null;
  }

  function describe(cell) {
    const { ix, iy } = cell.told, judged = told(cell);
    const state = named("states", judged?.state ?? "no_data");
    const amount = judged && judged.value !== null
      ? `${number(judged.value)} ${shown.unit} · ${w("background")} ${number(judged.background)} · ${w("score")} ${number(judged.score)}` : "";
    return [`${w("cell")} ${ix}-${iy} · ${state}`, amount];
  }

  function hint(cell, x, y) {
    tip.hidden = !cell;
    if (!cell) return;
    tip.replaceChildren(...describe(cell).map((line) => el("div", {}, line)));
    tip.style.left = `${Math.min(x + 14, canvas.clientWidth - tip.offsetWidth - 4)}px`;
    tip.style.top = `${Math.max(2, Math.min(y + 14, canvas.clientHeight - tip.offsetHeight - 4))}px`;
  }

  let grip = null;
  canvas.addEventListener("pointerdown", (event) => { grip = { x: event.clientX, y: event.clientY, from: { ...view }, moved: false }; });
  canvas.addEventListener("pointermove", (event) => {
    if (grip && event.buttons && Math.hypot(event.clientX - grip.x, event.clientY - grip.y) > 5) {
      grip.moved = true;
      whole = false;
      view = { ...view, x: grip.from.x + event.clientX - grip.x, y: grip.from.y + event.clientY - grip.y };
      draw();
    }
    const box = canvas.getBoundingClientRect();
    hint(grip?.moved ? null : at(event), event.clientX - box.left, event.clientY - box.top);
  });
  canvas.addEventListener("pointerup", (event) => {
    const cell = grip?.moved ? null : at(event);
    grip = null;
    if (cell) onPick(cell.told.ix, cell.told.iy);
  });
  canvas.addEventListener("pointerleave", () => { grip = null; hint(null); });
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey && document.activeElement !== canvas) return; // the page scrolls on
    event.preventDefault();
    const box = canvas.getBoundingClientRect();
    zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (event.key === "Enter" && focus) { const { ix, iy } = cells.get(focus).told; onPick(ix, iy); }
    if (!way || !cells.size) return;
    event.preventDefault();
    focus = neighbour(way) || focus || cells.keys().next().value;
    const cell = cells.get(focus), [x, y] = screen(cell.ring[2]);
    draw();
    hint(cell, x, y);
    canvas.setAttribute("aria-label", describe(cell).join(" "));
  });
  canvas.addEventListener("blur", () => { hint(null); draw(); });
  dark.addEventListener("change", draw);
  new ResizeObserver(() => (whole ? fit() : draw())).observe(canvas);

  function neighbour([dx, dy]) {
    const from = focus && cells.get(focus)?.told;
    if (!from) return null;
    let best = null, nearest = Infinity;
    for (const { id, told: to } of cells.values()) {
      const along = (to.ix - from.ix) * dx + (to.iy - from.iy) * dy;
      const across = Math.abs((to.ix - from.ix) * dy) + Math.abs((to.iy - from.iy) * dx);
      if (along > 0 && along + 3 * across < nearest) { nearest = along + 3 * across; best = id; }
    }
    return best;
  }

  return { load, update, show, fit, zoom, scale: () => ({ low, high, stops: stops() }) };
}

function inside(ring, x, y) {
  let odd = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i], [xj, yj] = ring[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
  }
  return odd;
}

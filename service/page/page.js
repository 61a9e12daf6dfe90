// The duty desk's page: alerts as they come, the grid of the newest minute, who is on duty.
import { chart } from "./chart.js";
import { $, ask, el, press, signOut } from "./dom.js";
import { ALARMS, card, course, holder, isAlarm, isJudged, isLive, likely, NOTICES, placeOf, sheet, term, title } from "./feed.js";
import { clues, legend } from "./legend.js";
import { follow } from "./live.js";
import { makeMap } from "./map.js";
import { roster } from "./roster.js";
import { beep } from "./sound.js";
import { showMe, showStatus } from "./status.js";
import { clock, english, named, speak, w } from "./words.js";

const API = "/api/v1";
const desk = {
  alerts: new Map(), next: null, onlyOpen: false, kinds: ALARMS, many: new Set(), chosen: null, detail: null, cell: null,
  units: {}, pollutants: [], pollutant: null, by: "value", grid: null, known: false,
  enterprises: new Map(), people: new Map(), stations: new Map(), stationsIn: new Map(), national: [], data: null, link: "connecting", lastLive: Date.now(), troubles: new Map(), sound: false,
};
const map = makeMap(document.querySelector("#map canvas"), $("tip"), (ix, iy) => chooseCell(ix, iy));

// What is open comes first, however long ago it began, then what people are still at.
function sorted() {
  return [...desk.alerts.values()].sort((a, b) => (b.status === "open") - (a.status === "open") || isLive(b) - isLive(a) || Date.parse(b.opened_at) - Date.parse(a.opened_at) || (a.id < b.id ? 1 : -1));
}

function drawAlerts() {
  const all = sorted(), open = all.filter((alert) => alert.status === "open");
  const shown = (desk.onlyOpen ? all.filter(isLive) : all).filter((alert) => isAlarm(alert) === (desk.kinds === ALARMS));
  const held = document.activeElement?.dataset?.id;
  $("alerts").replaceChildren(...shown.map((alert) => card(alert, desk, choose)));
  if (held) document.querySelector(`[data-id="${CSS.escape(held)}"]`)?.focus();
  $("no-alerts").hidden = shown.length > 0;
  const count = (alarm, kinds) => `${open.filter((alert) => isAlarm(alert) === alarm).length}${desk.many.has(kinds) ? "+" : ""}`;
  $("alarm-count").textContent = count(true, ALARMS);
  $("notice-count").textContent = count(false, NOTICES);
  $("see").textContent = w(desk.kinds === ALARMS ? "by" : "other");
  $("more").hidden = !desk.next || desk.onlyOpen;
  document.title = `${count(true, ALARMS) === "0" ? "" : `(${count(true, ALARMS)}) `}hotgrid ${w("brand")}`;
  drawMap();
}

// The newest of what is looked at, and all that is open of both: alarms are never hidden behind notices.
async function loadAlerts(cursor = null) {
  const asked = Date.now(), { kinds } = desk;
  const next = keep(await ask(`${API}/alerts?kind=${kinds}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`), asked);
  if (kinds === desk.kinds) desk.next = next;
  for (const open of cursor ? [] : [ALARMS, NOTICES]) {
    if (keep(await ask(`${API}/alerts?kind=${open}&status=open&limit=500`), asked)) desk.many.add(open);
    else desk.many.delete(open);
  }
  drawAlerts();
  nameCandidates();
}

function keep(page, asked) {
  // What the feed has told since is newer than this list.
  for (const alert of page.alerts) if (!(desk.alerts.get(alert.id)?.heard > asked)) desk.alerts.set(alert.id, alert);
  return page.next;
}

function heard(event) {
  const alert = { ...event, heard: Date.now() };
  desk.alerts.set(alert.id, alert);
  drawAlerts();
  nameCandidates();
  if (event.action === "opened" && isAlarm(alert)) announce(alert);
  if (desk.chosen === alert.id) choose(alert.id, false);
}

function announce(alert) {
  const level = w("levels")[alert.severity] || "";
  $("said").textContent = `${w("newAlert")} ${level} ${title(alert)} ${placeOf(alert, desk)}`;
  if (desk.sound) beep(alert.severity);
}

// The list names candidates and people by id; an alert's own page says who they are.
let naming = false;
async function nameCandidates() {
  if (naming) return;
  naming = true;
  try {
    for (const alert of sorted().slice(0, 50)) {
      const top = alert.candidates[0]?.enterprise_id, who = alert.handling.accepted_by && holder(alert.handling);
      if ((top && !desk.enterprises.has(top)) || (who && !desk.people.has(who))) { learn(await ask(`${API}/alerts/${encodeURIComponent(alert.id)}`)); drawAlerts(); }
    }
  } catch { /* the ids are shown meanwhile; asked again with the next alert */ } finally { naming = false; }
}

function learn(detail) {
  for (const candidate of detail.candidates) if (!desk.enterprises.has(candidate.enterprise_id)) desk.enterprises.set(candidate.enterprise_id, null);
  for (const [id, name] of Object.entries({ [holder(detail.handling)]: "", ...detail.people })) desk.people.set(id, name);
  for (const enterprise of detail.enterprises) desk.enterprises.set(enterprise.enterprise_id, enterprise);
}

async function choose(id, move = true) {
  desk.chosen = id;
  desk.cell = null;
  const known = desk.alerts.get(id);
  if (known && !desk.detail) fill(sheet(known, desk), move);
  const detail = await attempt(() => ask(`${API}/alerts/${encodeURIComponent(id)}`));
  if (!detail || desk.chosen !== id) return;
  learn(detail);
  desk.detail = detail;
  if (isJudged(detail) && desk.pollutants.includes(detail.pollutant) && desk.pollutant !== detail.pollutant) await choosePollutant(detail.pollutant);
  drawDetail(move);
  const cell = detail.cells.find((stay) => !stay.to) || detail.cells[0];
  if (cell) await addChart(cell.ix, cell.iy, detail.pollutant, detail);
}

function drawDetail(move = false) {
  if (desk.detail) fill([...sheet(desk.detail, desk), el("div", { class: "chart" }), ...course("history", desk.detail.events.filter((event) => event.who === "detector"), desk)], move);
  drawAlerts();
}

async function chooseCell(ix, iy) {
  desk.chosen = desk.detail = null;
  desk.cell = { ix, iy };
  const stations = (desk.stationsIn.get(`${ix}-${iy}`) || []).map((station) => `${station.name || station.station_id} ${station.township}`);
  fill([el("p", { class: "headline" }, el("strong", {}, `${w("cell")} ${ix}-${iy}`)), el("p", {}, stations.join(" · ")), el("div", { class: "chart" })], true);
  drawAlerts();
  await addChart(ix, iy, desk.pollutant, null);
}

async function addChart(ix, iy, pollutant, alert) {
  const query = pollutant ? `?pollutant=${encodeURIComponent(pollutant)}` : "";
  const told = await attempt(() => ask(`${API}/grid/${ix}-${iy}${query}`));
  const place = document.querySelector("#about .chart");
  if (!told || !place || (alert && desk.chosen !== alert.id) || (!alert && (desk.cell?.ix !== ix || desk.cell?.iy !== iy))) return;
  // Of a device's alert its own series, of a place's all that have values.
  const known = told.series.filter((series) => series.points.some((point) => point.value !== null));
  const own = known.filter((series) => series.device_id === alert?.source);
  const charts = (own.length ? own : known).slice(0, 4).map((series) => chart(series, series.unit || "", alert));
  place.replaceChildren(...(charts.length ? charts : [el("p", { class: "empty" }, w("noSeries"))]));
}

function fill(parts, move) {
  $("about").replaceChildren(...parts);
  $("close").hidden = false;
  if (move && matchMedia("(max-width: 1100px)").matches) $("detail").scrollIntoView({ behavior: "smooth" });
}

function closeDetail() {
  desk.chosen = desk.detail = desk.cell = null;
  $("about").replaceChildren(el("p", { class: "empty", "data-word": "choose" }, w("choose")));
  $("close").hidden = true;
  drawAlerts();
}

async function loadGrid() {
  const query = new URLSearchParams(desk.pollutant ? { pollutant: desk.pollutant } : {});
  if (desk.known) query.set("geometry", "false");
  let grid = await ask(`${API}/grid?${query}`);
  if (!desk.known || !map.update(grid.features)) {
    if (desk.known) { query.delete("geometry"); grid = await ask(`${API}/grid?${query}`); }
    map.load(grid.features);
    desk.known = true;
  }
  desk.grid = grid;
  desk.units = { ...desk.units, ...grid.units };
  desk.pollutants = grid.pollutants;
  if (!desk.pollutant && grid.pollutants.length) desk.pollutant = grid.pollutants.includes("pm25") ? "pm25" : grid.pollutants[0];
  drawMap();
  showStatus(desk);
}

function drawMap() {
  if (!desk.grid) return;
  const cell = desk.cell || desk.detail?.cells.find((stay) => !stay.to);
  map.show({
    pollutant: desk.pollutant, by: desk.by, unit: desk.units[desk.pollutant] || "",
    alerts: sorted().filter((alert) => alert.status === "open" && alert.cells.length && isAlarm(alert) === (desk.kinds === ALARMS)), stations: desk.national,
    clues: desk.detail && clues(desk.detail, desk),
    marks: (desk.detail ? likely(desk.detail) : []).map((candidate) => desk.enterprises.get(candidate.enterprise_id)).filter(Boolean),
    selected: cell ? `${cell.ix}-${cell.iy}` : null,
  });
  $("pollutants").replaceChildren(...desk.pollutants.map((name) => el("button", {
    type: "button", "aria-pressed": String(name === desk.pollutant), onclick: () => choosePollutant(name),
  }, named("pollutants", name))));
  press($("by-value"), desk.by === "value");
  press($("by-score"), desk.by === "score");
  $("legend").replaceChildren(...legend(map, desk));
}

async function choosePollutant(name) {
  desk.pollutant = name;
  await attempt(loadGrid);
  if (desk.cell) await addChart(desk.cell.ix, desk.cell.iy, name, null);
}

async function loadStatus() {
  desk.data = (await ask("/readyz")).data;
  showStatus(desk);
}

async function loadDuty() {
  const duty = await ask(`${API}/duty/now`);
  for (const one of duty.on_duty) desk.people.set(one.person_id, one.name);
  $("on-duty").replaceChildren(...roster(duty));
}

async function loadStations() {
  const { stations } = await ask(`${API}/stations`);
  desk.stationsIn = new Map();
  for (const station of stations) {
    const key = `${station.ix}-${station.iy}`;
    if (station.ix !== null && station.kind !== "weather") desk.stationsIn.set(key, [...(desk.stationsIn.get(key) || []), station]);
  }
  desk.stations = new Map(stations.map((station) => [station.station_id, station]));
  desk.national = stations.filter((station) => station.kind === "national");
}

// What failed stays told until the same thing succeeds.
async function attempt(what) {
  try {
    const result = await what();
    desk.troubles.delete(what.name);
    return result;
  } catch (error) {
    desk.troubles.set(what.name, error.message);
    return null;
  } finally {
    drawTrouble();
  }
}

function drawTrouble() {
  const [why] = desk.troubles.values();
  const text = desk.link === "lost" ? w("stale", clock(desk.lastLive)) : why === undefined ? "" : w("away", why);
  if ($("trouble").textContent !== text) $("trouble").textContent = text;
  $("trouble").hidden = !text;
}

async function everything() {
  await attempt(loadStations);
  await Promise.all([attempt(loadAlerts), attempt(loadGrid), attempt(loadStatus), attempt(loadDuty)]);
  drawAlerts();
}

const every = (seconds, what) => setInterval(() => { if (!document.hidden) attempt(what); }, seconds * 1000);

function translate(language) {
  speak(language);
  showStatus(desk);
  drawAlerts();
  attempt(loadDuty);
  if (desk.detail) choose(desk.detail.id, false);
  else if (desk.cell) chooseCell(desk.cell.ix, desk.cell.iy);
}

$("sign-out").addEventListener("click", signOut);
$("language").addEventListener("click", () => translate(english() ? "zh" : "en"));
$("sound").addEventListener("click", () => { desk.sound = !desk.sound; press($("sound"), desk.sound); if (desk.sound) beep(1); });
for (const [id, kinds] of [["see-alarms", ALARMS], ["see-notices", NOTICES]]) $(id).addEventListener("click", () => see(kinds));
for (const [id, open] of [["only-all", false], ["only-open", true]]) $(id).addEventListener("click", () => filter(open));
$("more").addEventListener("click", () => attempt(() => loadAlerts(desk.next)));
$("close").addEventListener("click", closeDetail);
$("by-value").addEventListener("click", () => { desk.by = "value"; drawMap(); });
$("by-score").addEventListener("click", () => { desk.by = "score"; drawMap(); });
for (const [id, factor] of [["zoom-in", 1.4], ["zoom-out", 1 / 1.4]]) $(id).addEventListener("click", () => map.zoom(factor));
$("zoom-all").addEventListener("click", map.fit);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeDetail(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden) everything(); });

function see(kinds) {
  Object.assign(desk, { kinds, next: null });
  press($("see-alarms"), kinds === ALARMS);
  press($("see-notices"), kinds === NOTICES);
  drawAlerts();
  attempt(loadAlerts);
}

function filter(onlyOpen) {
  desk.onlyOpen = onlyOpen;
  press($("only-all"), !onlyOpen);
  press($("only-open"), onlyOpen);
  drawAlerts();
}

speak();
attempt(showMe);
follow(`${API}/alerts/stream`, {
  heard,
  link: (state) => {
    if (state === "lost" && desk.link === "live") desk.lastLive = Date.now();
    desk.link = state;
    showStatus(desk);
    drawTrouble();
    if (state === "live") everything();
  },
  reset: () => { desk.alerts.clear(); attempt(loadAlerts); },
  refused: () => attempt(showMe),
});
every(15, loadGrid);
every(15, loadStatus);
every(60, loadDuty);
every(600, loadStations);
setInterval(() => {
  showStatus(desk);
  for (const node of document.querySelectorAll("[data-since]")) node.textContent = term({ opened_at: node.dataset.since, closed_at: null });
}, 1000);

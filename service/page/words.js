// Every word of the page in two languages, and how numbers, times and places are written.
const ZH = {
  brand: "热点网格", link: "连接", newestMinute: "最新分钟", dataAge: "数据", cells: "网格", sound: "提示音", docs: "接口文档", signOut: "退出",
  alerts: "告警", all: "全部", open: "进行中", closed: "已结束", noAlerts: "没有告警", more: "更早的告警", map: "网格图",
  byValue: "浓度", byScore: "异常度", duty: "当前值班", detail: "详情", close: "关闭",
  choose: "点选一条告警或一个网格，查看过程与 24 小时曲线。", filter: "筛选", pollutant: "污染物", colour: "着色",
  mapHelp: "网格图：方向键移动，回车查看", zoomIn: "放大", zoomOut: "缩小", zoomAll: "全图",
  live: "实时", connecting: "连接中", lost: "已断开，重连中", fresh: (age) => `${age}前`, silent: (age) => `中断，最后一条在 ${age}前`,
  none: "尚无数据", shares: (judged, warming, absent) => `正常判定 ${judged} · 预热 ${warming} · 无数据 ${absent}`,
  away: (why) => `服务暂无应答，正在重试：${why}`, stale: (time) => `实时连接已断开，正在重连；以下是 ${time} 的情况`,
  peak: "峰值", background: "背景", excess: "超出", suspect: "疑似来源", noSuspect: "无候选来源", alarms: "报警", notices: "提示",
  by: "值班处置：热点、超标、园区、区域、全网中断", other: "设备与数据：故障、离线、时钟、预警、造假迹象", yes: "是", no: "否", district: "全区", owner: "企业",
  registered: "估计位于", unregistered: "附近无登记企业：可能位于", calm: "静风或风向不定，风不能指明来源", unmeasured: "没有风的数据，未溯源",
  nobody: "登记以外的来源", unlisted: "附近无登记企业", origin: "来源", wind: "风", from8: (side, degrees, speed) => `${side}风 ${degrees}° · ${speed} m/s`, sides: ["北", "东北", "东", "东南", "南", "西南", "西", "西北"],
  evidence: "依据", lead: "首先报警", decided: (value, background, score) => `当时 ${value}，背景 ${background}，异常度 ${score}`,
  neighbours: "参照邻站", used: (n) => `${n} 个有效邻站得出背景`, quality: "设备质控",
  qc: (flag, repeated, gap, scatter, rough) => `数据${flag} · 连续相同 ${repeated} · 此前缺数 ${gap} min · 平常离散 ${scatter} % · 逐分钟波动 ${rough} %`,
  stepped: "疑似突变", unstepped: "无突变", likely: "估计位置", members: "报警站点", when: "时间", version: "检测器",
  since: "始于", lasted: (span) => `已持续 ${span}`, over: (from, to, span) => `${from} – ${to}（${span}）`, severity: "等级",
  levels: ["", "轻微", "中等", "较重", "严重"], kind: "类型", where: "位置", score: "异常度", history: "过程",
  stations: "站点", late: "事后判出", chart: "24 小时曲线", value: "实测", noSeries: "这个网格没有曲线", cell: "网格",
  noDuty: "现在无人值班", next: "下一班", until: (time) => `至 ${time}`, from: (time) => `${time} 起`, noNext: "未排下一班",
  state: "状态", newAlert: "新告警",
  states: { no_data: "无数据", warming_up: "预热中", normal: "正常", not_usable: "不可用", in_alert: "告警中" },
  kinds: { hotspot: "排放热点", fault: "设备故障", regional: "区域污染", exceedance: "超标", fabrication: "数据造假", offline: "离线",
    early_warning: "超标预警", park: "园区超限", clock: "时钟偏差", silence: "全网中断", drill: "演练" },
  figures: { hotspot: ["峰值", "背景"], exceedance: ["小时均值", "限值"], park: ["下风向", "上风向"], regional: ["全区", "平时"], early_warning: ["读数或预计", "限值"],
    fault: ["读数", "参照"] },
  actions: { opened: "发现", updated: "更新", closed: "消退", clear: "消退", resume: "未消退", acknowledge: "接警", release: "放回", lapse: "超时放回", dispatch: "派单", accept: "接单",
    decline: "拒单", arrive: "到场", report: "查明", rectify: "已整改", verify: "核实", propose: "提议销号", close: "销号", reopen: "重开", "false-alarm": "误报",
    order: "限期整改", refuse: "核实未过", rung: "无人接警", unmuted: "静音结束", recheck: "回头看", "recheck-due": "该回头看", merge: "合并", split: "拆分", link: "关联案号", silence: "静音", comment: "留言", handover: "交接", breach: "超时",
    "release-name": "告知企业", "withdraw-name": "撤回告知", reply: "企业答复", appeal: "企业申诉", upheld: "申诉成立", dismissed: "申诉驳回" },
  stages: { open: "无人接警", acknowledged: "已接警", dispatched: "已派单", accepted: "已接单", arrived: "已到场", reported: "已查明", rectifying: "整改中",
    rectified: "已整改", verified: "已核实", closed: "已销号", false_alarm: "误报", merged: "已合并" }, handling: "处置", steps: "处置过程",
  roles: { leader: "领导", duty: "值班", dispatcher: "调度", chief: "站长", field: "现场", bureau: "局", local: "本机" },
  causes: { production: "生产排放", bypass: "旁路直排", treatment_fault: "治理设施故障", leak: "泄漏", solvent: "溶剂使用", burning: "露天焚烧", construction: "工地扬尘", traffic: "交通",
    cooking: "餐饮油烟", fireworks: "烟花爆竹", regional: "外来输送", maintenance: "开停车检修", device: "设备异常", weather: "气象影响", not_found: "未查到来源", other: "其他" }, photo: "照片", metres: (m) => `距来源 ${m} m`,
  national: "国控站", source: "疑似来源", selected: "所选", units: ["秒", "分钟", "小时", "天"],
  pollutants: { pm25: "PM2.5", pm10: "PM10", so2: "SO₂", no2: "NO₂", o3: "O₃", co: "CO", tvoc: "TVOC", nmhc: "非甲烷总烃", ch4: "甲烷" },
};
const EN = {
  brand: "hot grid", link: "Link", newestMinute: "Newest minute", dataAge: "Data", cells: "Cells", sound: "Sound", docs: "API", signOut: "Sign out",
  alerts: "Alerts", all: "All", open: "Open", closed: "Over", noAlerts: "No alerts", more: "Earlier alerts", map: "Grid",
  byValue: "Value", byScore: "Score", duty: "On duty", detail: "Details", close: "Close",
  choose: "Choose an alert or a cell to see its course and its last 24 hours.", filter: "Filter", pollutant: "Pollutant", colour: "Colour",
  mapHelp: "Grid: arrow keys move, Enter opens a cell", zoomIn: "Zoom in", zoomOut: "Zoom out", zoomAll: "Whole grid",
  live: "live", connecting: "connecting", lost: "lost, reconnecting", fresh: (age) => `${age} old`, silent: (age) => `silent, last one ${age} ago`,
  none: "none yet", shares: (judged, warming, absent) => `judged ${judged} · warming up ${warming} · no data ${absent}`,
  away: (why) => `The service does not answer, trying again: ${why}`, stale: (time) => `Live link lost, reconnecting; this is how it was at ${time}`,
  peak: "peak", background: "background", excess: "excess", suspect: "May come from", noSuspect: "no candidate", alarms: "Alarms", notices: "Notices",
  by: "To act on: emissions, limits, parks, episodes, no data at all", other: "Devices and data: faults, silence, clocks, forewarnings, signs of fabrication",
  yes: "yes", no: "no", district: "the whole district", owner: "Enterprise",
  registered: "likely at", unregistered: "nobody registered near by: likely at", calm: "calm or turning: the wind does not tell the source",
  unmeasured: "nobody measures the wind: not attributed",
  nobody: "nobody registered", unlisted: "nobody registered near by", origin: "Source", wind: "Wind", from8: (side, degrees, speed) => `from ${side} ${degrees}° · ${speed} m/s`, sides: ["N", "NE", "E", "SE", "S", "SW", "W", "NW"],
  evidence: "Evidence", lead: "first in alarm", decided: (value, background, score) => `${value} then, background ${background}, score ${score}`,
  neighbours: "Neighbours", used: (n) => `${n} usable ones made the background`, quality: "Device QC",
  qc: (flag, repeated, gap, scatter, rough) => `data ${flag} · repeated ${repeated} · gap before ${gap} min · usual scatter ${scatter} % · from minute to minute ${rough} %`,
  stepped: "step suspected", unstepped: "no step", likely: "Likely place", members: "Stations in alarm", when: "time", version: "Detector",
  since: "since", lasted: (span) => `for ${span}`, over: (from, to, span) => `${from} – ${to} (${span})`, severity: "Severity",
  levels: ["", "minor", "moderate", "serious", "severe"], kind: "Kind", where: "Place", score: "Score", history: "Course",
  stations: "Stations", late: "found afterwards", chart: "Last 24 hours", value: "measured", noSeries: "No series for this cell", cell: "Cell",
  noDuty: "Nobody is on duty", next: "Next", until: (time) => `until ${time}`, from: (time) => `from ${time}`, noNext: "nobody is planned next",
  state: "State", newAlert: "New alert",
  states: {},
  kinds: { hotspot: "Emission", fault: "Device fault", regional: "Regional", exceedance: "Exceedance", fabrication: "Fabrication", offline: "Offline",
    early_warning: "Early warning", park: "Park boundary", clock: "Clock", silence: "No data", drill: "Drill" },
  figures: { hotspot: ["peak", "background"], exceedance: ["hourly mean", "limit"], park: ["downwind", "upwind"], regional: ["district", "usual"],
    early_warning: ["reading or forecast", "limit"], fault: ["reading", "reference"] },
  actions: { opened: "found", closed: "clean again", clear: "clean again", resume: "not over", acknowledge: "acknowledged", release: "given back", lapse: "lapsed",
    dispatch: "dispatched", accept: "accepted", decline: "declined", arrive: "arrived", report: "reported", rectify: "put right", verify: "verified",
    propose: "closing proposed", close: "signed off", order: "to be put right", refuse: "not put right", rung: "nobody took it", unmuted: "silence over", reopen: "reopened", "false-alarm": "false alarm", recheck: "re-check", "recheck-due": "re-check due",
    merge: "merged", split: "split", link: "linked to a case", silence: "silenced", comment: "comment", handover: "handed over", breach: "overdue",
    "release-name": "enterprise told", "withdraw-name": "name taken back", reply: "enterprise replied", appeal: "appealed", upheld: "appeal upheld", dismissed: "appeal dismissed" },
  stages: { open: "nobody has it", dispatched: "team asked", accepted: "on the way", arrived: "on the spot", reported: "cause known", rectifying: "to be put right",
    rectified: "put right", closed: "signed off" }, handling: "Handling", steps: "Steps taken",
  roles: { chief: "station chief", local: "this machine" }, causes: {}, photo: "photo", metres: (m) => `${m} m from the source`,
  national: "National station", source: "Candidate", selected: "Selected", units: ["s", "min", "h", "d"],
  pollutants: { ...ZH.pollutants, nmhc: "NMHC", ch4: "CH₄" },
};

const KEPT = "hotgrid-language";
let words = ZH;
export const ACTIONS = Object.keys(ZH.actions);

export const w = (key, ...values) => (typeof words[key] === "function" ? words[key](...values) : words[key]);
// A name that is its own word, or that this page does not know yet, is shown as it is.
export const named = (list, key) => words[list][key] || key.replaceAll("_", " ");
// Of a reason in both languages the half that is spoken.
export function half(text) {
  const pair = text.match(/^(.*?[\u4e00-\u9fff].*?) · ([^\u4e00-\u9fff]+)$/);
  return pair ? pair[english() ? 2 : 1] : text;
}
export const english = () => words === EN;
// Of [Chinese, English]; what has no such pair is shown as it is.
export const said = (pairs, key) => pairs[key]?.[english() ? 1 : 0] ?? String(key).replaceAll("_", " ");

function kept() {
  try { return localStorage.getItem(KEPT); } catch { return null; }
}

export function speak(language = kept()) {
  words = language === "en" ? EN : ZH;
  try { localStorage.setItem(KEPT, english() ? "en" : "zh"); } catch { /* a browser that keeps nothing starts in Chinese */ }
  document.documentElement.lang = english() ? "en" : "zh-CN";
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = w(node.dataset.word);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", w(node.dataset.label));
  const button = document.getElementById("language");
  button.textContent = english() ? "中文" : "English";
  button.lang = english() ? "zh-CN" : "en";
}

export function number(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

export function span(seconds) {
  const units = w("units");
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} ${units[0]}`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} ${units[1]}`;
  if (seconds < 172800) return `${(seconds / 3600).toFixed(1)} ${units[2]}`;
  return `${Math.round(seconds / 86400)} ${units[3]}`;
}

const two = (n) => String(n).padStart(2, "0");

// The time of day alone where it was on the same day as another time (today), else with its date.
export function clock(text, beside = new Date()) {
  const at = new Date(text);
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (at.toDateString() === beside.toDateString()) return time;
  const year = at.getFullYear() === beside.getFullYear() ? "" : `${at.getFullYear()}-`;
  return `${year}${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
}

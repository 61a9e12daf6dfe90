// The enterprise's own page: how each of its monitors stands, what concerns it, what is due.
import { $, ask, el, signOut } from "./dom.js";

const API = "/api/v1";
const EVERY_MS = 30000;
const WORDS = {
  zh: {
    monitors: "在线监测", alerts: "与我有关的告警", deadlines: "期限", none: "没有", signOut: "退出", other: "English", at: (time) => `${time} 的情况，每 30 秒更新`,
    states: { online: "在线", silent: "暂无数据", offline: "离线", excused: "停报（有标记）", never: "尚未联网" }, heard: "最近一帧", value: "分钟值", running: "本小时均值", last: "上一小时均值",
    limit: "限值", used: "占限值", today: "今日有效率", month: "本月有效率", marks: "标记", noMonitors: "还没有登记在线监测设备",
    kinds: { exceedance: "超标", fault: "设备故障", offline: "离线", early_warning: "超标预警", hotspot: "排放热点", fabrication: "数据异常", park: "园区超限" },
    mark: { stop: "停产", fault: "故障", maintenance: "维护", calibration: "校准", startup: "开停车" }, open: "进行中", closed: "已结束",
    replyBy: "答复截止", appealBy: "申诉截止", rectifyBy: "整改截止", due: { report: "报告故障", repair: "修复故障" }, missed: "已超期", met: "已完成",
  },
  en: {
    monitors: "Monitors", alerts: "Alerts that concern us", deadlines: "Deadlines", none: "none", signOut: "Sign out", other: "中文", at: (time) => `as of ${time}, every 30 seconds`,
    states: { online: "online", silent: "no data", offline: "offline", excused: "silent under a mark", never: "not heard yet" }, heard: "Last frame", value: "Minute", running: "This hour's mean", last: "Last hour's mean",
    limit: "Limit", used: "of limit", today: "Valid today", month: "Valid this month", marks: "Marks", noMonitors: "no monitor is registered yet",
    kinds: { exceedance: "exceedance", fault: "device fault", offline: "offline", early_warning: "early warning", hotspot: "emission", fabrication: "implausible data", park: "park limit" },
    mark: { stop: "stop", fault: "fault", maintenance: "maintenance", calibration: "calibration", startup: "start-up" }, open: "open", closed: "over",
    replyBy: "reply by", appealBy: "appeal by", rectifyBy: "put right by", due: { report: "report a failure", repair: "repair a failure" }, missed: "missed", met: "met",
  },
};
const FACTORS = {
  nmhc: ["非甲烷总烃", "NMHC"], tvoc: ["总挥发性有机物", "TVOC"], ch4: ["甲烷", "CH₄"], a24088: ["非甲烷总烃", "NMHC"], a25002: ["苯", "benzene"], a25003: ["甲苯", "toluene"],
  a25005: ["二甲苯", "xylene"], a05002: ["甲烷", "CH₄"], a00000: ["废气流量", "flow"], a01011: ["流速", "velocity"], a01012: ["烟温", "temperature"], a01013: ["烟压", "pressure"], a01014: ["烟气湿度", "humidity"],
};
const named = new URLSearchParams(location.search).get("enterprise");
const whose = named ? `?enterprise=${encodeURIComponent(named)}` : "";
let language = localStorage.getItem("language") === "en" ? "en" : "zh";
const w = (name) => WORDS[language][name];
const clock = (at) => (at ? new Date(at).toLocaleString(language === "zh" ? "zh-CN" : "en-GB", { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" }) : "–");
const percent = (share) => (share === null ? "–" : `${(100 * share).toFixed(1)} %`);
const amount = (value, unit) => (value === null || value === undefined ? "–" : `${Number(value.toPrecision(4))} ${unit}`);

function level(share) {
  return share === null ? "" : share > 1 ? "over" : share >= 0.8 ? "near" : "";
}

function factor(one) {
  const share = one.running.share_of_limit;
  const reasons = one.qc.map((finding) => finding[language] ?? finding.name).filter(Boolean).join("，");
  return el("tr", {},
    el("th", { scope: "row", title: one.factor }, FACTORS[one.factor]?.[language === "zh" ? 0 : 1] ?? one.factor),
    el("td", {}, amount(one.value, one.unit), " ", el("small", { class: one.flag === "N" ? "dim" : "bad", title: reasons }, one.flag)),
    el("td", { class: level(share) }, amount(one.running.mean, one.unit)),
    el("td", { class: level(one.last_hour?.share_of_limit ?? null) }, amount(one.last_hour?.mean, one.unit)),
    el("td", {}, amount(one.limit, one.unit)),
    el("td", { class: level(share) }, el("meter", { min: 0, max: 1.2, high: 0.8, value: share ?? 0, hidden: share === null }), " ", percent(share)),
    el("td", {}, percent(one.valid_today)), el("td", {}, percent(one.valid_month)));
}

function monitor(one) {
  const heads = ["", w("value"), w("running"), w("last"), w("limit"), w("used"), w("today"), w("month")];
  return el("article", {},
    el("h3", {}, one.outlet || one.mn, " ", el("small", { class: "dim" }, one.mn)),
    el("p", {}, el("b", { class: `lamp ${one.state === "online" ? "live" : one.state === "offline" ? "lost" : ""}` }, w("states")[one.state]), ` · ${w("heard")} ${clock(one.heard)}`,
      one.marks.map((mark) => ` · ${w("mark")[mark.kind] ?? mark.kind}`),
      Object.entries(one.open_alerts).map(([kind, count]) => el("b", { class: "bad" }, ` · ${w("kinds")[kind] ?? kind} ${count}`))),
    el("div", { class: "wide" }, el("table", {}, el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))), el("tbody", {}, one.factors.map(factor)))));
}

function alert(one) {
  const due = [["reply_by", "replyBy"], ["appeal_by", "appealBy"], ["rectify_by", "rectifyBy"]].filter(([name]) => one[name]);
  return el("li", { class: `alert severity-${one.severity}${one.status === "open" ? " is-open" : ""}` },
    el("span", { class: "line" }, el("strong", {}, w("kinds")[one.kind] ?? one.kind, " ", FACTORS[one.pollutant]?.[language === "zh" ? 0 : 1] ?? one.pollutant ?? ""), el("span", {}, w(one.status))),
    el("span", { class: "dim" }, clock(one.opened_at), one.closed_at ? ` – ${clock(one.closed_at)}` : "", one.monitor ? ` · ${one.monitor.outlet}` : ""),
    due.map(([name, word]) => el("span", {}, `${w(word)} ${clock(one[name])}`)));
}

function deadline(one) {
  return el("li", {}, el("b", { class: one.state === "missed" ? "bad" : "" }, w("due")[one.task] ?? one.task, one.state === "open" ? "" : ` · ${w(one.state)}`), ` ${one.mn} · ${clock(one.due_at)}`);
}

function list(id, items) {
  $(id).replaceChildren(...(items.length ? items : [el("li", { class: "empty" }, w("none"))]));
}

async function look() {
  try {
    const [told, alerts, deadlines] = await Promise.all(["", "/alerts", "/deadlines"].map((path) => ask(`${API}/enterprise${path}${whose}`)));
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    $("whose").textContent = told.enterprise_id;
    $("at").textContent = w("at")(clock(told.at));
    for (const name of ["monitors", "alerts", "deadlines"]) $(`${name}-title`).textContent = w(name);
    $("language").textContent = w("other");
    $("sign-out").textContent = w("signOut");
    $("monitors").replaceChildren(...(told.monitors.length ? told.monitors.map(monitor) : [el("p", { class: "empty" }, w("noMonitors"))]));
    list("alerts", alerts.alerts.map(alert));
    list("deadlines", deadlines.deadlines.filter((one) => one.state !== "met").map(deadline));
    $("trouble").hidden = true;
  } catch (error) {
    $("trouble").textContent = error.message;
    $("trouble").hidden = false;
  }
}

$("language").addEventListener("click", () => { language = language === "zh" ? "en" : "zh"; localStorage.setItem("language", language); look(); });
$("sign-out").addEventListener("click", signOut);
const me = await ask(`${API}/auth/me`);
$("who").textContent = me.display || me.account;
await look();
setInterval(() => { if (!document.hidden) look(); }, EVERY_MS);

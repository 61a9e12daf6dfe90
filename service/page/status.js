// The head of the page: who is signed in, how the link, the newest minute, the data and the cells are.
import { $, ask } from "./dom.js";
import { clock, span, w } from "./words.js";

const OLD_MS = 300000;

// Who is signed in; an enterprise has a page of its own.
export async function showMe() {
  const me = await ask("/api/v1/auth/me");
  if (me.role === "enterprise") location.replace("/enterprise");
  $("who").textContent = me.display || me.account;
}

export function showStatus(desk) {
  $("link").textContent = w(desk.link);
  $("link").className = `lamp ${desk.link}`;
  $("minute").textContent = desk.grid?.minute ? clock(desk.grid.minute) : "–";
  $("minute").classList.toggle("bad", Date.now() - Date.parse(desk.grid?.minute) > OLD_MS);
  const data = desk.data;
  const age = data?.newest_arrival ? span((Date.now() - Date.parse(data.newest_arrival)) / 1000) : "";
  $("age").textContent = !data ? "–" : data.state === "none" ? w("none") : w(data.state === "silent" ? "silent" : "fresh", age);
  $("age").classList.toggle("bad", data?.state === "silent");
  const states = (desk.grid?.features || []).map((feature) => feature.properties[desk.pollutant]?.state ?? "no_data");
  const count = (...names) => states.filter((state) => names.includes(state)).length;
  const share = (n) => (states.length ? `${Math.round((100 * n) / states.length)}%` : "–");
  $("shares").textContent = w("shares", share(count("normal", "in_alert")), share(count("warming_up")), share(count("no_data", "not_usable")));
}

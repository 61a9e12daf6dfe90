// Who is on duty now, how to call them, and who comes next.
import { el } from "./dom.js";
import { clock, named, w } from "./words.js";

export function roster(duty) {
  return [
    duty.gap ? el("p", { class: "gap", role: "status" }, w("noDuty"))
      : el("ul", {}, ...duty.on_duty.map((person) => line(person, w("until", clock(person.end))))),
    el("h3", {}, w("next")),
    duty.next.length ? el("ul", { class: "later" }, ...duty.next.map((person) => line(person, w("from", clock(person.start)))))
      : el("p", { class: "dim" }, w("noNext")),
  ];
}

const line = (person, when) => el("li", {}, el("strong", {}, person.name), named("roles", person.role),
  el("span", { class: "dim" }, person.post.includes(person.township) ? person.post : `${person.post} ${person.township}`),
  person.phone ? el("a", { href: `tel:${person.phone}` }, person.phone) : null, el("span", { class: "dim" }, when));

// Elements made from parts; text is always text, so no name from outside can become markup.
const SVG = "http://www.w3.org/2000/svg";

function put(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const el = (tag, attributes = {}, ...children) => put(document.createElement(tag), attributes, children);
export const svg = (tag, attributes = {}, ...children) => put(document.createElementNS(SVG, tag), attributes, children);
export const $ = (id) => document.getElementById(id);

export function press(button, pressed) {
  button.setAttribute("aria-pressed", String(pressed));
}

export async function ask(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" }, cache: "no-cache" });
  if (answer.ok) return answer.json();
  if (answer.status === 401) signIn();
  const problem = await answer.json().catch(() => ({}));
  const error = new Error(problem.detail || String(answer.status));
  error.status = answer.status;
  throw error;
}

// Whose session has ended signs in again and comes back here.
export function signIn() {
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

export async function signOut() {
  await fetch("/api/v1/auth/logout", { method: "POST" }).catch(() => null);
  location.assign("/login");
}

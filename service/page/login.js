// Signing in: the session comes as a cookie that no script sees; then on to where one came from.
import { $, ask } from "./dom.js";

const HOME = { enterprise: "/enterprise" };

// Only a path of this very service, never another site.
function next(role) {
  const asked = new URLSearchParams(location.search).get("next") || "";
  const there = new URL(asked || "/", location.origin);
  const known = asked && there.origin === location.origin && !there.pathname.startsWith("//");
  return known && !(role in HOME) ? there.pathname + there.search : HOME[role] || "/";
}

$("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = $("login").querySelector("button");
  button.disabled = true;
  $("trouble").hidden = true;
  try {
    const answer = await fetch("/api/v1/auth/login", {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ name: $("name").value.trim(), password: $("password").value }),
    });
    const told = await answer.json();
    if (answer.ok) return location.replace(next(told.role));
    throw new Error(told.detail || String(answer.status));
  } catch (error) {
    $("trouble").textContent = error.message;
    $("trouble").hidden = false;
    $("password").select();
  } finally {
    button.disabled = false;
  }
});

// Offered only where the installation has it.
$("sso").hidden = !(await ask("/api/v1/auth/ways")).single_sign_on;

// The colours of the grid, from low to high.
const LIGHT = ["#f3efd3", "#f7d98a", "#f2a65a", "#dd5f4b", "#a92a58", "#5e1a5c"];
const DARK = ["#1d3346", "#2a5f73", "#3f9184", "#9cba5e", "#f2c14e", "#f7843c"];
export const dark = matchMedia("(prefers-color-scheme: dark)");
export const stops = () => (dark.matches ? DARK : LIGHT);

export function blend(part) {
  const all = stops(), at = part * (all.length - 1), i = Math.min(all.length - 2, Math.floor(at));
  const [a, b] = [all[i], all[i + 1]].map((hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16)));
  return `rgb(${a.map((from, k) => Math.round(from + (b[k] - from) * (at - i))).join(" ")})`;
}

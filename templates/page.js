// What a page can do beyond being read: contents that follow the reader, and tips that Escape closes.
const links = new Map([...document.querySelectorAll(".contents a")].map(a => [a.hash.slice(1), a]));
const headings = [...document.querySelectorAll("main h2[id], main h3[id]")].filter(h => links.has(h.id));
function follow() {
  const passed = headings.filter(h => h.getBoundingClientRect().top < innerHeight / 3);
  for (const a of links.values()) a.removeAttribute("aria-current");
  const here = passed.length && links.get(passed[passed.length - 1].id);
  if (!here) return;
  here.setAttribute("aria-current", "location");
  const list = here.closest(".contents");
  if (getComputedStyle(list).position === "fixed") {
    const gap = here.getBoundingClientRect().top - list.clientHeight / 2;
    if (Math.abs(gap) > list.clientHeight / 3) list.scrollTop += gap;
  }
}
let waiting = false;
addEventListener("scroll", () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; follow(); });
}, { passive: true });
follow();
addEventListener("keydown", event => {
  if (event.key !== "Escape") return;
  document.documentElement.classList.add("quiet");
  if (document.activeElement.matches(".value")) document.activeElement.blur();
});
addEventListener("pointermove", () => document.documentElement.classList.remove("quiet"));
addEventListener("focusin", () => document.documentElement.classList.remove("quiet"));

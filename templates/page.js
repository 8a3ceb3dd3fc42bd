// What a page can do beyond being read: contents that follow the reader, tips that Escape closes, formulas copied as LaTeX.
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
// What scrolls sideways can be reached by the keyboard, and what does not is no stop on the way. A closed fold is not laid
// out, and not for this either.
const SCROLLERS = ":is(.right, .links, .scroll, pre, math[display=block], :is(p, li, dd):has(math)):not(details:not([open]) *)";
function reach() {
  const boxes = [...document.querySelectorAll(SCROLLERS)];
  const scrolls = boxes.map(box => box.scrollWidth > box.clientWidth);
  boxes.forEach((box, i) => {
    if (!scrolls[i]) return box.removeAttribute("tabindex");
    box.tabIndex = 0;
    if (box.matches("div:not([role]), pre, p")) box.role = "group";
    if (box.role === "group") box.ariaLabel ||= box.matches("pre") ? "code" : "formula";
  });
}
addEventListener("load", reach);
addEventListener("resize", reach);
for (const fold of document.querySelectorAll("details")) fold.addEventListener("toggle", reach);
const tips = "[data-origin]";
for (const number of document.querySelectorAll(tips)) number.ariaDescription = number.dataset.origin;
// A tip opens towards the middle of the window.
function room(event) {
  const number = event.target.closest?.(tips);
  if (!number) return;
  const place = number.getBoundingClientRect(), page = document.documentElement.classList;
  page.remove("quiet");
  page.toggle("low", place.bottom > innerHeight * 0.6);
  page.toggle("late", place.left > innerWidth * 0.55);
}
addEventListener("pointerover", room);
addEventListener("focusin", room);
addEventListener("keydown", event => {
  if (event.key !== "Escape") return;
  document.documentElement.classList.add("quiet");
  if (document.activeElement.matches(tips)) document.activeElement.blur();
});
// A formula is copied as the LaTeX it was written in.
addEventListener("copy", event => {
  const chosen = getSelection();
  if (!chosen.rangeCount) return;
  const range = chosen.getRangeAt(0);
  const whole = node => (node.nodeType === 1 ? node : node.parentElement).closest("math");
  const first = whole(range.startContainer), last = whole(range.endContainer);
  if (first) range.setStartBefore(first);
  if (last) range.setEndAfter(last);
  const copy = document.createElement("div");
  copy.append(range.cloneContents());
  if (!copy.querySelector("math")) return;
  for (const math of copy.querySelectorAll("math")) {
    const sign = math.getAttribute("display") === "block" ? "$$" : "$";
    math.replaceWith(sign + math.getAttribute("alttext") + sign);
  }
  event.clipboardData.setData("text/plain", copy.textContent.replace(/\s*\n\s*/g, "\n").trim());
  event.preventDefault();
});

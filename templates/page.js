// What a page can do beyond being read: contents that follow the reader, tips that Escape closes, formulas copied as LaTeX.
const links = new Map([...document.querySelectorAll(".contents a")].map(a => [a.hash.slice(1), a]));
const headings = [...document.querySelectorAll("main h2[id], main h3[id]")].filter(h => links.has(h.id));
function follow() {
  const passed = headings.filter(h => h.closest(".stretch").getBoundingClientRect().top < innerHeight / 3);
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
// What scrolls sideways can be reached by the keyboard, and what does not is no stop on the way. What is not laid out, in a
// closed fold or far from the window, is asked when it is.
const SCROLLERS = ":is(.right, .links, .scroll, pre, math[display=block], :is(p, li, dd):has(math))";
function reach(within) {
  const boxes = [...within.querySelectorAll(SCROLLERS)].filter(box => box.checkVisibility({ contentVisibilityAuto: true }));
  const scrolls = boxes.map(box => box.scrollWidth > box.clientWidth);
  boxes.forEach((box, i) => {
    if (!scrolls[i]) return box.removeAttribute("tabindex");
    box.tabIndex = 0;
    if (box.matches("div:not([role]), pre, p")) box.role = "group";
    if (box.role === "group") box.ariaLabel ||= box.matches("pre") ? "code" : "formula";
  });
}
addEventListener("load", () => reach(document));
addEventListener("resize", () => reach(document));
for (const event of ["toggle", "contentvisibilityautostatechange"]) {
  document.addEventListener(event, ({ target }) => target.matches("details, .stretch") && reach(target), true);
}
// The tip of the number that is pointed at, tapped or focused: one element above all others, and the texts out of their style sheet.
const tips = "[data-origin]", tip = document.querySelector(".tip");
const origins = [...document.querySelector(".origins").sheet.cssRules].map(rule => rule.style.getPropertyValue("--origin")
  .replace(/\\([0-9a-f]+) /g, (_, code) => String.fromCodePoint(parseInt(code, 16))).trim().slice(1, -1));
for (const number of document.querySelectorAll(tips)) number.ariaDescription = origins[number.dataset.origin];
let told = null;
function tell(number) {
  if (number === told) return;
  told = number;
  tip.hidePopover();
  if (!number) return;
  tip.textContent = origins[number.dataset.origin];
  tip.showPopover({ source: number });
}
addEventListener("pointerover", event => {
  if (!tip.contains(event.target)) tell((event.target.closest?.(tips) ?? document.activeElement.closest(tips)));
});
addEventListener("focusin", event => tell(event.target.closest(tips)));
addEventListener("focusout", () => tell(document.querySelector(`${tips}:hover`)));
addEventListener("keydown", event => {
  if (event.key !== "Escape") return;
  if (document.activeElement.matches(tips)) document.activeElement.blur();
  tip.hidePopover();
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
  for (const term of copy.querySelectorAll("math + wbr + math")) {
    const [gap, before] = [term.previousElementSibling, term.previousElementSibling.previousElementSibling];
    before.setAttribute("alttext", `${before.getAttribute("alttext")} ${term.getAttribute("alttext")}`);
    gap.remove();
    term.remove();
  }
  for (const math of copy.querySelectorAll("math")) {
    const sign = math.getAttribute("display") === "block" ? "$$" : "$";
    math.replaceWith(sign + math.getAttribute("alttext") + sign);
  }
  event.clipboardData.setData("text/plain", copy.textContent.replace(/\s*\n\s*/g, "\n").trim());
  event.preventDefault();
});

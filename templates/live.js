// Only in a page that is previewed: load it again when it has changed, at the same place; say what goes on, and what is wrong.
{
  const place = `place ${live.page}`;
  const remember = () => {
    const near = [...document.querySelectorAll("main [id]")].filter(e => e.checkVisibility({ contentVisibilityAuto: true }));
    const shown = near.filter(e => e.getClientRects().length);
    const here = shown.findLast(e => e.getBoundingClientRect().top < innerHeight / 3);
    const open = [...document.querySelectorAll("details")].flatMap((e, i) => e.open ? [i] : []);
    const at = here ? { id: here.id, top: here.getBoundingClientRect().top } : {};
    sessionStorage.setItem(place, JSON.stringify({ ...at, y: scrollY, open }));
  };
  const restore = () => {
    const kept = JSON.parse(sessionStorage.getItem(place));
    if (!kept) return;
    history.scrollRestoration = "manual";
    document.querySelectorAll("details").forEach((e, i) => { if (kept.open.includes(i)) e.open = true; });
    const here = kept.id && document.getElementById(kept.id);
    const y = here ? scrollY + here.getBoundingClientRect().top - kept.top : kept.y;
    scrollTo({ top: y, behavior: "instant" });
  };
  restore();
  document.fonts.ready.then(() => { restore(); sessionStorage.removeItem(place); history.scrollRestoration = "auto"; });

  const box = document.createElement("div");
  box.setAttribute("role", "status");
  const shadow = box.attachShadow({ mode: "open" });
  shadow.innerHTML = `<style>
    :host { position: fixed; z-index: 99; inset: auto 1rem 1rem auto; max-width: min(46rem, calc(100vw - 2rem)); }
    @media print { :host { display: none; } }
    div { font: 15px/1.45 system-ui, sans-serif; color: #1c1b19; background: #f6f3ec; border: 1px solid #c9c3b7;
      border-radius: 6px; padding: .6rem .9rem; box-shadow: 0 2px 12px #0003; max-height: 60vh; overflow: auto; }
    div.wrong { border: 2px solid #a3271b; }
    pre { font: 14px/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
    table { border-spacing: .6rem 0; margin-left: -.6rem; } td { white-space: nowrap; font-variant-numeric: tabular-nums; }
    progress { width: 8rem; accent-color: #8c2f1b; }
    @media (prefers-color-scheme: dark) { div { color: #e2dfd8; background: #212125; border-color: #47454a; }
      div.wrong { border-color: #f08c7f; } }
  </style>`;
  document.body.append(box);

  const element = (name, text = "") => Object.assign(document.createElement(name), { textContent: text });
  const row = (share, ...texts) => {
    const bar = Object.assign(document.createElement("progress"), { value: share, max: 1 });
    const cells = [bar, ...texts].map(part => { const cell = element("td"); cell.append(part); return cell; });
    const line = element("tr");
    line.append(...cells);
    return line;
  };
  const show = (wrong, ...parts) => {
    shadow.querySelector("div")?.remove();
    if (!parts.length) return;
    const panel = Object.assign(element("div"), { className: wrong ? "wrong" : "" });
    panel.append(...parts);
    shadow.append(panel);
  };
  const told = state => {
    const pages = Object.keys(state.pages);
    if (live.page ? (state.pages[live.page] ?? live.version) !== live.version : pages.length > 1 && !document.querySelector("a")) {
      remember();
      location.reload();
    } else if (!live.page && pages.length === 1) {
      location.replace(`/${encodeURIComponent(pages[0])}`);
    } else if (state.wrong) {
      show(true, element("pre", state.wrong));
    } else if (state.trials) {
      const table = element("table");
      table.append(row(state.trials.share, state.trials.note), ...state.trials.running.map(([label, share, note]) => row(share, label, note)));
      show(false, table);
    } else if (state.busy) {
      show(false, "building …");
    } else {
      show(false);
    }
  };
  const news = new EventSource(live.news);
  news.onmessage = event => told(JSON.parse(event.data));
  news.onerror = () => show(true, "The preview has ended. Start it again: python build.py preview");
  addEventListener("pagehide", () => news.close());
}

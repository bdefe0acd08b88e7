"use strict";
(() => {
  const made = (ns, name, attributes) => {
    const e = ns ? document.createElementNS(ns, name) : document.createElement(name);
    for (const k in attributes) e.setAttribute(k, attributes[k]);
    return e;
  };
  const svg = "http://www.w3.org/2000/svg";

  // follow shows the values of all lines at the x that is nearest to the pointer.
  const follow = (figure) => {
    const data = JSON.parse(figure.dataset.tooltip || "null");
    if (!data) return;
    const drawing = figure.querySelector("svg.plot"), values = figure.querySelector(".values");
    for (const p of data.panels) p.places = [...new Map(p.lines.flatMap((l) => l.points).map((p) => [p.x, p.label]))];
    const panels = data.panels.filter((p) => p.places.length);
    if (!panels.length) return;
    const mark = made(svg, "g", {style: "pointer-events:none"});
    drawing.append(mark);
    let shown = null;

    const show = (event) => {
      const box = drawing.getBoundingClientRect(), view = drawing.viewBox.baseVal;
      const x = (event.clientX - box.left) * view.width / box.width, y = (event.clientY - box.top) * view.height / box.height;
      const away = (v, from, to) => Math.max(from - v, v - to, 0);
      const distance = (p) => Math.hypot(away(x, p.left, p.right), away(y, p.top, p.bottom));
      const panel = panels.reduce((a, b) => distance(b) < distance(a) ? b : a);
      const best = panel.places.reduce((a, b) => Math.abs(b[0] - x) < Math.abs(a[0] - x) ? b : a);
      if (best === shown) return;
      shown = best;
      mark.replaceChildren(made(svg, "line", {x1: best[0], x2: best[0], y1: panel.top, y2: panel.bottom, style: "stroke:#59626E;stroke-width:1"}));
      const title = made("", "p", {class: "at"});
      title.textContent = data.x + " " + best[1];
      const rows = [title];
      for (const l of panel.lines) {
        const p = l.points.find((p) => Math.abs(p.x - best[0]) < 0.25);
        if (!p) continue;
        mark.append(made(svg, "circle", {cx: p.x, cy: p.y, r: 4, style: "fill:" + l.color}));
        const row = made("", "p", {}), swatch = made(svg, "svg", {viewBox: "0 0 10 10", class: "plot", "aria-hidden": "true"});
        swatch.append(made(svg, "circle", {cx: 5, cy: 5, r: 5, style: "fill:" + l.color}));
        const name = made("", "span", {}), value = made("", "b", {});
        name.textContent = l.name;
        value.textContent = p.text;
        row.append(swatch, name, value);
        rows.push(row);
      }
      values.replaceChildren(...rows);
      values.hidden = false;
    };
    const hide = () => {
      shown = null;
      mark.replaceChildren();
      values.hidden = true;
    };
    drawing.addEventListener("pointermove", show);
    drawing.addEventListener("pointerdown", show);
    drawing.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") hide(); });
  };

  const begin = () => document.querySelectorAll("figure[data-tooltip]").forEach(follow);
  begin();

  // A live page fetches itself until the sweep has ended.
  const again = async () => {
    try {
      const answer = await fetch(location.href, {cache: "no-store"});
      let live = true;
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        live = "live" in page.body.dataset;
        const open = [...document.querySelectorAll("details[open]")].map((d) => d.id);
        const x = scrollX, y = scrollY;
        document.querySelector("style").textContent = page.querySelector("style").textContent;
        document.querySelector("main").replaceWith(page.querySelector("main"));
        for (const id of open) document.getElementById(id)?.setAttribute("open", "");
        scrollTo(x, y);
        begin();
      }
      if (live) setTimeout(again, 3000);
    } catch {
      const status = document.querySelector(".live span");
      if (status) status.textContent = "zoo watch has ended.";
    }
  };
  if ("live" in document.body.dataset) setTimeout(again, 3000);
})();

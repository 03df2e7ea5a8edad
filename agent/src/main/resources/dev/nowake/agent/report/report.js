"use strict";
document.documentElement.classList.add("js");
for (const load of document.querySelectorAll("section.load")) {
  const detail = load.querySelector(".detail");
  const data = JSON.parse(load.querySelector("script.data")?.textContent ?? '{"x":[],"t":[]}');
  const idle = "Point at the drawing for figures, or at a mark (Tab and Shift+Tab too) for what happened.";
  let shown = null;

  function tell(text) {
    if (detail && detail.textContent !== text) {
      detail.textContent = text;
      detail.classList.toggle("told", text !== idle);
    }
  }
  function show(mark) {
    shown?.classList.remove("shown");
    shown = mark;
    mark?.classList.add("shown");
    tell(mark ? mark.getAttribute("aria-label") : idle);
  }
  tell(idle);

  for (const mark of load.querySelectorAll("a.mark")) {
    mark.addEventListener("pointerenter", () => show(mark));
    mark.addEventListener("focus", () => show(mark));
    mark.addEventListener("click", event => {
      show(mark);
      event.preventDefault();
    });
    mark.addEventListener("keydown", event => {
      const all = [...load.querySelectorAll("a.mark")];
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) {
        all[all.indexOf(mark) + step]?.focus();
        event.preventDefault();
      }
    });
  }

  const plots = [...load.querySelectorAll("svg.plot")];
  const lines = plots.map(plot => {
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("class", "cross");
    plot.append(line);
    return line;
  });
  function cross(x) {
    lines.forEach(line => line.setAttribute("d", x === null ? "" : "M" + x + " 0V1000"));
  }
  for (const plot of plots) {
    plot.addEventListener("pointermove", event => {
      const box = plot.getBoundingClientRect();
      const at = (event.clientX - box.left) / box.width * 1000;
      let best = 0;
      data.x.forEach((x, i) => {
        best = Math.abs(x - at) < Math.abs(data.x[best] - at) ? i : best;
      });
      if (data.x.length) {
        show(null);
        cross(data.x[best]);
        tell(data.t[best]);
      }
    });
    plot.addEventListener("pointerleave", () => cross(null));
  }
}
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(each => { each.open = true; }));

//<![CDATA[
"use strict";
// Puts a slider over the iterations in place of em's panels, and in two dimensions lets the starting means be dropped by
// hand; without it the page shows the panels. The last panel of the plane has its numbers in data-values, and the turns are
// MixtureFit's, in doubles too. The page lets this text run by its SHA-256, which stands in MixtureGallery+Script.swift.
(() => {
  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const draw = (name, attributes, parent) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    parent.append(element);
    return element;
  };
  const fixed = (value, decimals) => value.toFixed(decimals).replace("-", "−");
  const slider = (name, last, changed) => {
    const input = make("input", { type: "range", min: 0, max: last, step: 1, value: last, "aria-label": name });
    const output = make("output");
    input.addEventListener("input", () => changed(Number(input.value)));
    return { input, output, row: make("label", { class: "slider" }, make("span", {}, name), input, output) };
  };
  const panelsOf = (dimensions) => [...document.querySelectorAll(`figure[id^="mixture-${dimensions}d-"]`)];

  /** The panels of one dimension, of which a slider shows one. */
  const line = (panels) => {
    const { input, output, row } = slider("panel", panels.length - 1, (index) => show(index));
    const show = (index) => {
      panels.forEach((panel, place) => { panel.hidden = place !== index; });
      panels[index].querySelector("figcaption").append(row);
      output.textContent = `${index + 1} of ${panels.length}`;
      input.focus({ preventScroll: true });
    };
    show(panels.length - 1);
    input.blur();
  };

  /** ln(w·N(x; μ, Σ)) by Cholesky's factor of Σ = (a, b, b, c). */
  const logDensity = ({ weight, mean, covariance: [a, b, , c] }, x, y) => {
    const l00 = Math.sqrt(a), l10 = b / l00, l11 = Math.sqrt(c - l10 * l10);
    const u = (x - mean[0]) / l00, v = (y - mean[1] - l10 * u) / l11;
    return Math.log(weight) - 0.5 * (2 * Math.log(2 * Math.PI) + 2 * Math.log(l00 * l11) + u * u + v * v);
  };

  /** The shares of the components in each point, and the mean log-likelihood. */
  const expect = (mixture, points) => {
    let sum = 0;
    const shares = points.map(([x, y]) => {
      const logs = mixture.map((component) => logDensity(component, x, y));
      const largest = Math.max(...logs);
      const total = largest + Math.log(logs.reduce((t, log) => t + Math.exp(log - largest), 0));
      sum += total;
      return logs.map((log) => Math.exp(log - total));
    });
    return { shares, likelihood: sum / points.length };
  };

  /** The mixture that suits the shares best. */
  const maximise = (shares, points, regularisation) => shares[0].map((_, k) => {
    let [total, mx, my] = [0, 0, 0];
    points.forEach(([x, y], n) => {
      const share = shares[n][k];
      [total, mx, my] = [total + share, mx + share * x, my + share * y];
    });
    [mx, my] = [mx / total, my / total];
    let [xx, xy, yy] = [0, 0, 0];
    points.forEach(([x, y], n) => {
      const share = shares[n][k];
      [xx, xy, yy] = [xx + share * (x - mx) ** 2, xy + share * (x - mx) * (y - my), yy + share * (y - my) ** 2];
    });
    return {
      weight: total / points.length, mean: [mx, my],
      covariance: [xx / total + regularisation, xy / total, xy / total, yy / total + regularisation],
    };
  });

  const plane = (panels) => {
    const figure = panels[panels.length - 1];
    const { points, start, tolerance, regularisation, iterations, x: [x0, x1], y: [y0, y1] } = JSON.parse(figure.dataset.values);
    const px = (x) => 30 + (x - x0) / (x1 - x0) * 380, py = (y) => 370 - (y - y0) / (y1 - y0) * 360;
    let states = [];

    /** All turns from a start, until one gains too little, as MixtureFit stops. */
    const fit = (mixture) => {
      states = [{ mixture, ...expect(mixture, points) }];
      while (states.length <= iterations) {
        const next = maximise(states[states.length - 1].shares, points, regularisation);
        const state = { mixture: next, ...expect(next, points) };
        if (!Number.isFinite(state.likelihood)) break;
        const before = states.length > 1
          ? Math.abs(states[states.length - 1].likelihood - states[states.length - 2].likelihood) : Infinity;
        states.push(state);
        if (before < tolerance) break;
      }
      input.max = states.length - 1;
    };

    panels.slice(0, -1).forEach((panel) => { panel.hidden = true; });
    figure.querySelector("h2").textContent = "2-D: turn by turn";
    const svg = figure.querySelector("svg");
    svg.setAttribute("viewBox", "0 0 420 400");
    svg.setAttribute("tabindex", "0");
    svg.replaceChildren();
    for (let value = Math.ceil(x0); value <= x1; value++) {
      if (value % 2 === 0) draw("text", { x: px(value), y: 390, "text-anchor": "middle", class: "quiet" }, svg).textContent = fixed(value, 0);
    }
    for (let value = Math.ceil(y0); value <= y1; value++) {
      if (value % 2 === 0) draw("text", { x: 22, y: py(value) + 4, "text-anchor": "end", class: "quiet" }, svg).textContent = fixed(value, 0);
    }
    draw("rect", { x: 30, y: 10, width: 380, height: 360, class: "axis", fill: "none" }, svg);
    const drawing = draw("g", {}, svg);
    const shapes = ["M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0", "M-3-3h6v6h-6z", "M0-4.5 4 3h-8z", "M0-4.5 4.5 0 0 4.5-4.5 0z"];
    const colour = (k) => `var(--series-${k % 6})`;

    const show = (index) => {
      const { mixture, shares, likelihood } = states[index];
      drawing.replaceChildren();
      points.forEach(([x, y], n) => {
        const k = shares[n].indexOf(Math.max(...shares[n]));
        draw("path", {
          d: shapes[k % 4], transform: `translate(${px(x).toFixed(2)} ${py(y).toFixed(2)})`, class: "halo",
          style: `fill:${colour(k)}`,
        }, drawing);
      });
      mixture.forEach(({ mean, covariance: [a, b, , c] }, k) => {
        const l00 = Math.sqrt(a), l10 = b / l00, l11 = Math.sqrt(c - l10 * l10);
        for (const deviations of [1, 2]) {
          const path = Array.from({ length: 73 }, (_, step) => {
            const [u, v] = [deviations * Math.cos(step * Math.PI / 36), deviations * Math.sin(step * Math.PI / 36)];
            return `${px(mean[0] + l00 * u).toFixed(2)} ${py(mean[1] + l10 * u + l11 * v).toFixed(2)}`;
          });
          draw("path", { d: "M" + path.join("L"), class: "line", style: `stroke:${colour(k)};stroke-width:2.5` }, drawing);
        }
      });
      input.value = index;
      output.textContent = `${index} of ${states.length - 1}`;
      said.textContent = (index === 0 ? "The start" : `After ${index} iteration${index === 1 ? "" : "s"}`)
        + `: log-likelihood ${fixed(likelihood, 4)} nats a point.`;
    };

    const { input, output, row } = slider("iteration", 0, (index) => show(index));
    const said = make("p", { class: "said", "aria-live": "polite" });
    const count = start.length;
    let dropped = [];
    /** Means that are dropped become a start once there are as many as Gaussians: equal weights, round, as wide as the points. */
    const drop = (x, y) => {
      if (dropped.length === 0) drawing.replaceChildren();
      dropped.push([x, y]);
      draw("circle", { cx: px(x), cy: py(y), r: 6, class: "halo", style: `fill:${colour(dropped.length - 1)}` }, drawing);
      said.textContent = `${dropped.length} of ${count} starting means dropped.`;
      if (dropped.length < count) return;
      const mean = [0, 1].map((d) => points.reduce((t, point) => t + point[d], 0) / points.length);
      const variance = [0, 1].map((d) => points.reduce((t, point) => t + (point[d] - mean[d]) ** 2, 0) / points.length);
      fit(dropped.map((mean) => ({ weight: 1 / count, mean, covariance: [variance[0], 0, 0, variance[1]] })));
      dropped = [];
      show(0);
    };
    const aim = { x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
    svg.addEventListener("click", (event) => {
      const box = svg.getBoundingClientRect();
      const [left, top] = [(event.clientX - box.left) / box.width * 420, (event.clientY - box.top) / box.height * 400];
      drop(x0 + (left - 30) / 380 * (x1 - x0), y0 + (370 - top) / 360 * (y1 - y0));
    });
    const cross = draw("path", { d: "M-8 0h16M0-8v16", class: "axis", visibility: "hidden" }, svg);
    svg.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!step && event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      if (!step) return drop(aim.x, aim.y);
      aim.x = Math.max(x0, Math.min(x1, aim.x + step[0] * (x1 - x0) / 40));
      aim.y = Math.max(y0, Math.min(y1, aim.y + step[1] * (y1 - y0) / 40));
      cross.setAttribute("visibility", "visible");
      cross.setAttribute("transform", `translate(${px(aim.x)} ${py(aim.y)})`);
    });
    const again = make("button", { type: "button" }, "the program's start");
    again.addEventListener("click", () => {
      dropped = [];
      fit(start);
      show(states.length - 1);
    });
    figure.querySelector("figcaption").append(make("div", { class: "controls" },
      make("p", {}, `Press ${count} places in the plane to start from means of your own, or go to them with the arrow keys and drop `
        + "them with enter. Where they are decides where it ends."),
      row, make("div", { class: "buttons" }, again), said));
    svg.setAttribute("aria-label", "The points, each in the style of the Gaussian with the largest share in it, and ellipses");
    fit(start);
    show(states.length - 1);
    // For the check of this page.
    figure.likelihoods = () => states.map((state) => state.likelihood);
  };

  const [one, two] = [panelsOf(1), panelsOf(2)];
  if (one.length > 1) line(one);
  if (two.length > 1) plane(two);
})();
//]]>

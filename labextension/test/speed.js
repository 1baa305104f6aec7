// A function that Playwright calls: how long the first picture of a synthetic trace takes, a step, and the painting of a frame: milliseconds.
async ([nodes, steps]) => {
  const trace = JSON.parse(JSON.stringify(syntheticTrace(nodes, steps)));
  const frame = () => new Promise(requestAnimationFrame);
  const host = document.getElementById('view');
  const start = performance.now();
  const view = (window.view = symlab.view(host, trace));
  while (view.root.dataset.paintMs === undefined) await frame();
  const first = performance.now() - start;
  const [seeks, paints] = [[], []];
  for (let step = 1; step <= 40; step++) {
    const before = performance.now();
    view.seek(step);
    seeks.push(performance.now() - before);
    do {
      await frame();
      paints.push(Number(view.root.dataset.paintMs));
    } while (view.root.dataset.moving === 'true');
  }
  const middle = values => values.sort((a, b) => a - b)[values.length >> 1];
  return [first, middle(seeks), middle(paints)];
};

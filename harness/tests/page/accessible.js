// Accessibility checks of the page. Returns a list of findings, which is empty if there are none.
(() => {
  const findings = [];
  const visible = (element) => element.getClientRects().length > 0 && !element.closest(".sr, .skip, [aria-hidden=true]");

  // Contrast between text and background: WCAG 2.2, 1.4.3.
  const channels = (color) => /rgba?\(([^)]*)\)/.exec(color)?.[1].split(/[\s,/]+/).map(Number) ?? [0, 0, 0, 0];
  const luminance = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = channels(getComputedStyle(at).backgroundColor);
      const image = getComputedStyle(at).backgroundImage;
      // Each colour of a gradient must have enough contrast.
      if (image.includes("gradient")) return image.match(/rgba?\([^)]*\)/g).map(channels);
      if (color[3] === undefined || color[3] > 0) return [color];
    }
    return [[255, 255, 255]];
  };
  for (const element of document.querySelectorAll("body *")) {
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) || !visible(element) || element.closest("svg, script, style, option")) continue;
    const text = luminance(channels(getComputedStyle(element).color));
    for (const back of behind(element).map(luminance)) {
      const contrast = (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
      if (contrast < 4.5) findings.push(`contrast ${contrast.toFixed(2)}: ${element.outerHTML.slice(0, 120)}`);
    }
  }

  // Interactive elements have names.
  for (const element of document.querySelectorAll("a[href], button, input, select")) {
    if (!(element.getAttribute("aria-label") || element.closest("label")?.textContent.trim() || element.textContent.trim())) {
      findings.push(`no name: ${element.outerHTML.slice(0, 120)}`);
    }
  }
  const count = (selector) => document.querySelectorAll(selector).length;
  if (count("main") !== 1 || count("header") !== 1 || count("nav[aria-label]") !== 1) findings.push("landmarks");
  if (count("h1") !== 1) findings.push(`${count("h1")} main headings`);
  if (count("nav [aria-current=page]") !== 1) findings.push("the current view is not marked");
  if (count("[role=status]") !== 1) findings.push("no status region for announcements");
  for (const table of document.querySelectorAll("table")) {
    if (!table.caption) findings.push(`no caption: ${table.outerHTML.slice(0, 120)}`);
    for (const head of table.querySelectorAll("th:not([scope])")) findings.push(`no scope: ${head.outerHTML.slice(0, 120)}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  if (new Set(ids).size < ids.length) findings.push("one identifier twice");

  // Scrolling regions can be scrolled by keyboard.
  for (const box of document.querySelectorAll("main *")) {
    const { overflowX, overflowY } = getComputedStyle(box);
    const scrolls = (/auto|scroll/.test(overflowX) && box.scrollWidth > box.clientWidth) || (/auto|scroll/.test(overflowY) && box.scrollHeight > box.clientHeight);
    if (scrolls && box.tabIndex < 0 && !box.querySelector("a, button, [tabindex]")) findings.push(`out of a keyboard's reach: ${box.outerHTML.slice(0, 120)}`);
  }
  if (document.documentElement.scrollWidth > innerWidth) findings.push(`the page is ${document.documentElement.scrollWidth - innerWidth} too wide`);
  return findings;
})()

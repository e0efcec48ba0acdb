// What cannot be read of a page: text beside the window, cut by its box, or over other text.
(() => {
  const faults = [];
  const width = document.documentElement.clientWidth;
  const told = (node) => node.textContent.trim().slice(0, 40);

  // What of a box can be seen: less what boxes around it scroll out of sight.
  const seen = (rect, node) => {
    let { left, top, right, bottom } = rect;
    for (let each = node; each; each = each.parentElement) {
      const style = getComputedStyle(each);
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const box = each.getBoundingClientRect();
      const scrolls = style.overflowX === "auto" || style.overflowY === "auto";
      if (!scrolls && (left < box.left - 1 || right > box.right + 1) && each !== document.body) {
        faults.push(`cut: ${told(node)}`);
      }
      left = Math.max(left, box.left);
      top = Math.max(top, box.top);
      right = Math.min(right, box.right);
      bottom = Math.min(bottom, box.bottom);
    }
    return right - left > 1 && bottom - top > 1 ? { left, top, right, bottom } : null;
  };

  const boxes = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode;
    const owner = node.parentElement;
    if (!node.textContent.trim() || owner.closest("script, style, .unseen, .skip, option, title")) continue;
    if (!owner.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const cell = owner.closest("td, th");
    const frame = cell && cell.getBoundingClientRect();
    for (const rect of range.getClientRects()) {
      if (frame && (rect.left < frame.left - 1 || rect.right > frame.right + 1)) {
        faults.push(`beside its cell: ${told(node)}`);
      }
      const part = seen(rect, owner);
      if (!part) continue;
      if (part.left < -1 || part.right > width + 1) faults.push(`beside the window: ${told(node)}`);
      boxes.push({ node, ...part });
    }
  }

  for (const chart of document.querySelectorAll("svg.chart")) {
    const frame = chart.getBoundingClientRect();
    for (const label of chart.querySelectorAll("text")) {
      const box = label.getBoundingClientRect();
      const inside = box.left >= frame.left - 1 && box.right <= frame.right + 1
        && box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1;
      if (!inside && frame.width) faults.push(`beside its picture: ${told(label)}`);
    }
  }

  boxes.sort((one, other) => one.top - other.top);
  boxes.forEach((one, at) => {
    for (let next = at + 1; next < boxes.length && boxes[next].top < one.bottom - 2; next += 1) {
      const other = boxes[next];
      const shared = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const height = Math.min(one.bottom, other.bottom) - other.top;
      if (shared > 2 && height > 3 && one.node !== other.node) {
        faults.push(`over each other: ${told(one.node)} / ${told(other.node)}`);
      }
    }
  });

  if (document.documentElement.scrollWidth > innerWidth) faults.push("the page scrolls sideways");
  return { faults: [...new Set(faults)].slice(0, 20), texts: boxes.length };
})();

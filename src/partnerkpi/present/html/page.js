"use strict";
(() => {
  // Text is ordered by Unicode code point, as everywhere in the library.
  const byText = (one, other) => {
    const left = Array.from(one);
    const right = Array.from(other);
    const shared = Math.min(left.length, right.length);
    for (let at = 0; at < shared; at += 1) {
      const gap = left[at].codePointAt(0) - right[at].codePointAt(0);
      if (gap) return gap;
    }
    return left.length - right.length;
  };

  // What a cell is sorted by: null where there is nothing, which comes last either way.
  const keyOf = (cell) => {
    if (cell.classList.contains("q")) return null;
    if ("v" in cell.dataset) return Number(cell.dataset.v);
    const said = cell.textContent;
    return cell.classList.contains("n") && said !== "" && !Number.isNaN(Number(said))
      ? Number(said)
      : said;
  };

  const compared = (one, other) =>
    typeof one === "number" && typeof other === "number"
      ? one - other
      : byText(String(one), String(other));

  const sorted = (rows, column, turn) => {
    const keyed = rows.map((row, at) => ({ row, at, key: keyOf(row.cells[column]) }));
    keyed.sort((one, other) => {
      if (one.key === null || other.key === null) {
        return (one.key === null) - (other.key === null) || one.at - other.at;
      }
      return turn * compared(one.key, other.key) || one.at - other.at;
    });
    return keyed.map((each) => each.row);
  };

  const NEXT = { none: "ascending", ascending: "descending", descending: "none" };

  const makeSortable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    const body = table.tBodies[0];
    const original = [...body.rows];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const order = NEXT[head.getAttribute("aria-sort") || "none"];
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        if (order !== "none") head.setAttribute("aria-sort", order);
        const turn = order === "descending" ? -1 : 1;
        body.append(...(order === "none" ? original : sorted(original, column, turn)));
      });
    });
  };

  // Bars tell their numbers on hover: words that all rows share, and nobody looks for.
  const wordsOf = (row) =>
    [...row.cells]
      .filter((cell) => !cell.classList.contains("b"))
      .map((cell) => cell.textContent)
      .join(" ")
      .toLowerCase();

  const makeNarrow = (tools, table) => {
    const rows = [...table.tBodies[0].rows];
    const words = rows.map(wordsOf);
    const find = tools.querySelector("input");
    const status = tools.querySelector("select");
    const found = tools.querySelector("output");
    const narrow = () => {
      const wanted = find.value.trim().toLowerCase();
      const held = status ? status.value : "";
      let shown = 0;
      rows.forEach((row, at) => {
        const fits =
          words[at].includes(wanted) &&
          (!held || (row.dataset.s || "").split(" ").includes(held));
        row.hidden = !fits;
        shown += fits ? 1 : 0;
      });
      found.textContent =
        wanted || held
          ? found.dataset.text.replace("{shown}", shown).replace("{rows}", rows.length)
          : "";
    };
    find.addEventListener("input", narrow);
    if (status) status.addEventListener("change", narrow);
    tools.hidden = false;
    narrow();
  };

  document.querySelectorAll(".listing").forEach((listing) => {
    const table = listing.querySelector("table");
    makeSortable(table);
    makeNarrow(listing.querySelector(".tools"), table);
  });
})();

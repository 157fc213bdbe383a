// Headers of .sortable tables become buttons that sort; aria-sort says which way.
(function () {
  "use strict";
  function value(row, column) {
    var cell = row.cells[column];
    var key = cell.hasAttribute("data-key") ? cell.getAttribute("data-key") : cell.textContent;
    return key !== "" && !isNaN(key) ? Number(key) : key;
  }
  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b));
  }
  function sort(table, column, head) {
    var down = head.getAttribute("aria-sort") === "ascending";
    Array.prototype.forEach.call(head.parentNode.cells, function (cell) {
      cell.removeAttribute("aria-sort");
    });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    var body = table.tBodies[0];
    Array.prototype.slice
      .call(body.rows)
      .sort(function (a, b) {
        var order = compare(value(a, column), value(b, column));
        return down ? -order : order;
      })
      .forEach(function (row) {
        body.appendChild(row);
      });
  }
  Array.prototype.forEach.call(document.querySelectorAll("table.sortable"), function (table) {
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, column) {
      if (!head.textContent) return;
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.textContent = "";
      head.appendChild(button);
      button.addEventListener("click", function () {
        sort(table, column, head);
      });
    });
  });
})();

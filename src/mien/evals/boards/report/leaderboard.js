// Filters tables by task, judge and date, and shows the paired differences of a chosen model.
(function () {
  "use strict";
  var data = JSON.parse(document.getElementById("data").textContent);
  var articles = [].slice.call(document.querySelectorAll("article[data-board]"));

  articles.forEach(function (article) {
    var held = data.boards[Number(article.dataset.board)];
    var pick = article.querySelector(".picker select");
    if (!pick) return;
    var table = article.querySelector(".pairs table").tBodies[0];
    var neighbors = table.innerHTML;
    var summary = article.querySelector(".pairs summary");
    var told = summary.textContent;
    held.models.forEach(function (model, i) {
      pick.add(new Option(model, i));
    });
    function row(pair) {
      var line = document.createElement("tr");
      [held.models[pair[0]], held.models[pair[1]]].concat(pair.slice(2)).forEach(function (text, i) {
        var cell = document.createElement(i ? "td" : "th");
        if (!i) cell.scope = "row";
        cell.textContent = text;
        line.appendChild(cell);
      });
      return line;
    }
    function choose(value) {
      pick.value = value;
      var chosen = Number(value), name = held.models[chosen];
      article.querySelectorAll("[data-model]").forEach(function (one) {
        one.classList.toggle("chosen", value !== "" && one.dataset.model === name);
      });
      summary.textContent = value === "" ? told : "Paired differences with " + name;
      if (value === "") {
        table.innerHTML = neighbors;
        return;
      }
      article.querySelector(".pairs details").open = true;
      table.textContent = "";
      held.pairs.forEach(function (pair) {
        if (pair[0] === chosen || pair[1] === chosen) table.appendChild(row(pair));
      });
    }
    pick.addEventListener("change", function () { choose(pick.value); });
    article.querySelectorAll(".board tr[data-model]").forEach(function (line) {
      var place = held.models.indexOf(line.dataset.model);
      if (place < 0) return;
      line.addEventListener("click", function () { choose(String(place)); });
    });
    article.querySelector(".picker").hidden = false;
  });

  var filters = document.getElementById("filters");
  if (!filters) return;
  function wanted(name) {
    var select = document.getElementById("filter-" + name);
    return select ? select.value : "";
  }
  function filter() {
    var task = wanted("task"), judge = wanted("judge"), since = wanted("since");
    articles.forEach(function (article) {
      var judges = article.dataset.judges.split("\n");
      article.hidden = Boolean(
        (task && article.dataset.task !== task) ||
        (judge && judges.indexOf(judge) < 0) ||
        (since && article.dataset.last < since)
      );
      article.querySelectorAll(".board tr[data-model]").forEach(function (line) {
        line.hidden = Boolean(since && (line.dataset.day || "") < since);
      });
    });
  }
  filters.addEventListener("change", filter);
  filters.hidden = false;
})();

// Lets a reader choose a model and see its paired difference to every other one.
(function () {
  "use strict";
  var data = JSON.parse(document.getElementById("data").textContent);
  var pick = document.getElementById("pick");
  var body = document.getElementById("pairs").tBodies[0];
  var neighbors = body.innerHTML;
  var summary = document.querySelector(".pairs summary").textContent;
  data.models.forEach(function (model, i) {
    var option = document.createElement("option");
    option.value = i;
    option.textContent = model;
    pick.appendChild(option);
  });
  function row(pair) {
    var line = document.createElement("tr");
    [data.models[pair[0]], data.models[pair[1]]].concat(pair.slice(2)).forEach(function (text, i) {
      var cell = document.createElement(i ? "td" : "th");
      if (!i) cell.scope = "row";
      cell.textContent = text;
      if (i === 2) cell.setAttribute("data-key", text.replace("−", "-").replace("+", ""));
      line.appendChild(cell);
    });
    return line;
  }
  pick.addEventListener("change", function () {
    if (pick.value === "") {
      body.innerHTML = neighbors;
      document.querySelector(".pairs summary").textContent = summary;
      return;
    }
    document.querySelector(".pairs summary").textContent =
      "Paired differences with " + data.models[Number(pick.value)];
    document.querySelector(".pairs details").open = true;
    var chosen = Number(pick.value);
    body.textContent = "";
    data.pairs.forEach(function (pair) {
      if (pair[0] === chosen || pair[1] === chosen) body.appendChild(row(pair));
    });
  });
  document.getElementById("picker").hidden = false;
})();

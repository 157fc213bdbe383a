// A crosshair over all lanes: by pointer or arrow keys; Enter opens the reading behind a point.
(function () {
  "use strict";
  var lanes = document.getElementById("lanes");
  var readout = document.getElementById("readout");
  var data = JSON.parse(document.getElementById("data").textContent);
  var tracks = Array.prototype.slice.call(lanes.querySelectorAll("[data-track]"));
  if (!tracks.length) return;
  var cells = data.lanes[0].cells.length;
  var cell = -1;
  var lane = 0;
  var held = false;

  // tops and behind list told cells only: where each cell's entry stands.
  data.lanes.forEach(function (one) {
    var told = 0;
    one.entry = one.cells.split("").map(function (state) {
      return state === "+" ? told++ : -1;
    });
  });

  function make(name, className, text) {
    var element = document.createElement(name);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  function clock(seconds) {
    var whole = Math.floor(seconds + 1e-6);
    var parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    if (!parts[0]) parts.shift();
    return parts
      .map(function (part, i) {
        return i && part < 10 ? "0" + part : part;
      })
      .join(":");
  }

  function decimal(hundredths) {
    var text = (Math.abs(hundredths) / 100).toFixed(2).replace(/^0/, "");
    return (hundredths < 0 ? "−" : "") + text;
  }

  // As charts/numbers.py writes shares and intervals, from hundredths.
  function portion(hundredths) {
    return hundredths >= 100 ? ">.99" : decimal(hundredths);
  }

  function around(value, half, low) {
    if (half < 0) return "";
    if (value - half >= low && value + half <= 100) return " ±" + (half ? decimal(half) : "<.01");
    var ends = [Math.max(low, value - half), Math.min(100, value + half)];
    return " [" + ends.map(decimal).join(", ") + "]";
  }

  function amount(value, half) {
    return portion(value) + around(value, half, 0);
  }

  function when() {
    var at = data.start + ((cell + 0.5) / cells) * (data.end - data.start);
    return data.byTurn ? "turn " + (Math.floor(at) + 1) : clock(at);
  }

  function says(one) {
    var state = one.cells[cell];
    if (state === "-") return "nothing to go by";
    if (state === "?") return "cannot tell";
    var tops = one.tops[one.entry[cell]];
    var told = [];
    for (var i = 0; i < tops.length; i += 3) {
      told.push(data.emotions[tops[i]].name + " " + amount(tops[i + 1], tops[i + 2]));
    }
    return told.join(", ") || "no share above .02";
  }

  var hand = make("div", "hand");
  hand.tabIndex = 0;
  hand.setAttribute("role", "slider");
  hand.setAttribute("aria-label", data.byTurn ? "Turn" : "Time");
  hand.setAttribute("aria-valuemin", "0");
  hand.setAttribute("aria-valuemax", String(cells - 1));
  hand.setAttribute("aria-valuenow", "0");
  hand.setAttribute("aria-valuetext", "not placed yet");
  hand.setAttribute("aria-describedby", "readout");
  var cross = make("div", "cross");
  var mark = make("div", "mark");
  hand.appendChild(cross);
  hand.appendChild(mark);
  lanes.appendChild(hand);
  readout.appendChild(
    make(
      "span",
      "",
      "Point at the lanes or use the arrow keys: shares with their intervals show here. " +
        "A click holds the point; Enter, or a name, opens the reading behind it."
    )
  );

  function show() {
    var one = data.lanes[lane];
    cross.style.display = "block";
    cross.style.left = ((cell + 0.5) / cells) * 100 + "%";
    var box = tracks[lane].getBoundingClientRect();
    mark.style.display = tracks.length > 1 ? "block" : "none";
    mark.style.top = box.top - hand.getBoundingClientRect().top - 2 + "px";
    mark.style.height = box.height + 4 + "px";
    readout.textContent = "";
    readout.className = "live";
    readout.appendChild(make("b", "at", when()));
    data.lanes.forEach(function (each, i) {
      var line = make("span");
      var opener = make("button", i === lane && tracks.length > 1 ? "on" : "", each.who);
      opener.type = "button";
      opener.addEventListener("click", function () {
        lane = i;
        open();
      });
      line.appendChild(opener);
      line.appendChild(document.createTextNode(" " + says(each)));
      readout.appendChild(line);
    });
    hand.setAttribute("aria-valuenow", String(cell));
    hand.setAttribute("aria-valuetext", when() + ", " + one.who + ": " + says(one));
  }

  function place(next, nextLane) {
    cell = Math.min(cells - 1, Math.max(0, next));
    lane = Math.min(tracks.length - 1, Math.max(0, nextLane));
    show();
  }

  function inView() {
    var scroll = lanes.parentNode;
    var left = hand.offsetLeft + ((cell + 0.5) / cells) * hand.offsetWidth;
    if (left < scroll.scrollLeft + 20 || left > scroll.scrollLeft + scroll.clientWidth - 20) {
      scroll.scrollLeft = left - scroll.clientWidth / 2;
    }
  }

  function fromPointer(event) {
    var box = hand.getBoundingClientRect();
    var next = Math.floor(((event.clientX - box.left) / box.width) * cells);
    var nearest = lane;
    var least = Infinity;
    tracks.forEach(function (track, i) {
      var rect = track.getBoundingClientRect();
      var away = Math.max(rect.top - event.clientY, event.clientY - rect.bottom, 0);
      if (away < least) {
        least = away;
        nearest = i;
      }
    });
    place(next, nearest);
  }

  function row(table, name, text) {
    var line = table.insertRow();
    var head = make("th", "", name);
    head.scope = "row";
    line.appendChild(head);
    line.insertCell().textContent = text;
  }

  function open() {
    var one = data.lanes[lane];
    var entry = cell < 0 ? -1 : one.entry[cell];
    var reading = entry < 0 ? null : data.readings[one.behind[entry]];
    var dialog = make("dialog");
    var title = make("h2", "", reading ? reading.who + ", " + reading.from : one.who);
    title.id = "reading-title";
    dialog.setAttribute("aria-labelledby", title.id);
    dialog.appendChild(title);
    dialog.appendChild(make("p", "fine", about(reading)));
    if (reading) fill(dialog, reading);
    var close = make("button", "close", "Close");
    close.type = "button";
    close.addEventListener("click", function () {
      dialog.close();
    });
    dialog.appendChild(close);
    dialog.addEventListener("close", function () {
      dialog.remove();
      hand.focus();
    });
    document.body.appendChild(dialog);
    dialog.showModal();
  }

  function about(reading) {
    if (!reading) return when() + " · " + says(data.lanes[lane]) + ", so there is no reading to open";
    var parts = [];
    if (reading.span) parts.push(clock(reading.span[0]) + " to " + clock(reading.span[1]));
    if (reading.turn !== undefined) parts.push("turn " + (reading.turn + 1));
    parts.push("sure " + portion(reading.sure), "quality " + decimal(reading.quality), reading.by);
    return parts.join(" · ");
  }

  function fill(dialog, reading) {
    if (reading.caption) dialog.appendChild(make("p", "", reading.caption));
    if (reading.text) dialog.appendChild(make("blockquote", "", reading.text));
    var table = make("table");
    reading.shares.forEach(function (one) {
      row(table, data.emotions[one[0]].name, amount(one[1], one[2]));
    });
    ["valence", "arousal"].forEach(function (name) {
      var value = reading[name];
      if (value) row(table, name, decimal(value[0]) + around(value[0], value[1], -100));
    });
    dialog.appendChild(table);
  }

  // A claim elsewhere on the page leads to the place that it rests on.
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-cell]");
    if (!link) return;
    event.preventDefault();
    place(Number(link.dataset.cell), Number(link.dataset.lane));
    held = true;
    inView();
    hand.focus();
  });

  var steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20 };
  hand.addEventListener("keydown", function (event) {
    var stride = data.byTurn ? Math.max(1, Math.round(cells / (data.end - data.start))) : 1;
    if (event.key in steps) place(cell + steps[event.key] * stride, lane);
    else if (event.key === "ArrowUp") place(Math.max(cell, 0), lane - 1);
    else if (event.key === "ArrowDown") place(Math.max(cell, 0), lane + 1);
    else if (event.key === "Home") place(0, lane);
    else if (event.key === "End") place(cells - 1, lane);
    else if (event.key === "Enter" && cell >= 0) open();
    else return;
    event.preventDefault();
    inView();
  });
  hand.addEventListener("pointermove", function (event) {
    if (event.pointerType !== "touch" && !held) fromPointer(event);
  });
  hand.addEventListener("click", function (event) {
    held = event.detail === 1 && !held;
    fromPointer(event);
    if (event.detail === 2) open();
  });
})();

// Shows one conversation at a time and steps through its turns by key, button and click.
(function () {
  "use strict";
  var box = document.getElementById("talks");
  if (!box) return;
  var talks = [].slice.call(box.querySelectorAll("article"));
  var steps = document.getElementById("steps");
  var talk = -1, at = 0, turns = [];

  function reduced() {
    return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  }
  function show(next, scroll) {
    if (next < 0 || next >= talks.length) return;
    talk = next;
    talks.forEach(function (one, i) { one.hidden = i !== next; });
    document.querySelectorAll("#by-risk tbody tr").forEach(function (row) {
      var link = row.querySelector("a");
      row.classList.toggle("chosen", Boolean(link) && link.hash === "#" + talks[next].id);
    });
    turns = [].slice.call(talks[next].querySelectorAll(".turns > li"));
    step(0, false);
    if (scroll) box.scrollIntoView({ block: "start" });
  }
  function step(next, scroll) {
    if (next < 0 || next >= turns.length) return;
    turns.forEach(function (turn) {
      turn.classList.remove("here");
      turn.removeAttribute("aria-current");
    });
    at = next;
    var turn = turns[at];
    turn.classList.add("here");
    turn.setAttribute("aria-current", "step");
    var hand = talks[talk].querySelector(".hand");
    var x = (1000 * (at + 0.5)) / turns.length;
    hand.setAttribute("x1", x);
    hand.setAttribute("x2", x);
    hand.setAttribute("visibility", "visible");
    var raised = [].map.call(turn.querySelectorAll(".signals li"), function (one) {
      return one.textContent;
    });
    talks[talk].querySelector(".readout").textContent =
      "turn " + turn.dataset.turn + ": risk " + turn.dataset.risk +
      (raised.length ? " · " + raised.join(", ") : "");
    if (scroll) {
      turn.scrollIntoView({ block: "nearest", behavior: reduced() ? "auto" : "smooth" });
    }
  }
  function signal() {
    for (var i = at + 1; i < turns.length; i += 1) {
      if (turns[i].classList.contains("raises")) return step(i, true);
    }
  }
  var go = {
    back: function () { step(at - 1, true); },
    on: function () { step(at + 1, true); },
    signal: signal,
    "chat-back": function () { show(talk - 1, true); },
    "chat-on": function () { show(talk + 1, true); }
  };
  var keys = {
    ArrowUp: go.back, ArrowLeft: go.back, ArrowDown: go.on, ArrowRight: go.on, n: signal,
    Home: function () { step(0, true); },
    End: function () { step(turns.length - 1, true); }
  };
  box.addEventListener("keydown", function (event) {
    if (event.altKey || event.ctrlKey || event.metaKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  steps.addEventListener("click", function (event) {
    var where = event.target.dataset && event.target.dataset.go;
    if (where) go[where]();
  });
  box.addEventListener("click", function (event) {
    var drawn = event.target.closest(".large-ribbon");
    if (drawn) {
      var room = drawn.getBoundingClientRect();
      var place = Math.floor(((event.clientX - room.left) / room.width) * turns.length);
      step(Math.min(Math.max(place, 0), turns.length - 1), true);
      return;
    }
    var turn = event.target.closest(".turns > li");
    if (turn && !event.target.closest("details")) step(turns.indexOf(turn), false);
  });
  function fromAddress() {
    var found = talks.findIndex(function (one) { return "#" + one.id === location.hash; });
    if (found < 0) return;
    show(found, true);
    box.focus({ preventScroll: true });
  }
  window.addEventListener("hashchange", fromAddress);
  // Not before: going to the address takes the focus away again.
  window.addEventListener("load", fromAddress);
  steps.hidden = false;
  show(0, false);
})();

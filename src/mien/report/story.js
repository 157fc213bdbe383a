// The strip scrolls with the lanes above it, and arrow keys go from dot to dot.
(function () {
  "use strict";
  var strip = document.getElementById("strip");
  if (!strip) return;
  var lanes = document.getElementById("lanes");
  var both = [strip.parentNode];
  if (lanes) both.push(lanes.parentNode);
  both.forEach(function (one, i) {
    one.addEventListener("scroll", function () {
      var other = both[1 - i];
      if (other && other.scrollLeft !== one.scrollLeft) other.scrollLeft = one.scrollLeft;
    });
  });

  var dots = Array.prototype.slice.call(strip.querySelectorAll("a"));
  var steps = { ArrowLeft: -1, ArrowRight: 1 };
  strip.addEventListener("keydown", function (event) {
    var at = dots.indexOf(document.activeElement);
    var next = dots[at + (steps[event.key] || 0)];
    if (at < 0 || !(event.key in steps)) return;
    event.preventDefault();
    if (next) next.focus();
  });
})();

"use strict";
// Gives each mail the width that it is shown for and all the height that it needs; where the page is narrower, the mail is scaled down
// as a whole. Without this script mails scroll in frames of one height.
function fit(screen) {
  const frame = screen.querySelector("iframe");
  const mail = frame.contentDocument && frame.contentDocument.documentElement;
  if (!mail) return;
  const width = Math.max(Number(screen.dataset.width), screen.clientWidth);
  const scale = screen.clientWidth / width;
  frame.style.width = width + "px";
  frame.style.height = "0";
  const height = mail.scrollHeight;
  frame.style.height = height + "px";
  frame.style.transform = scale < 1 ? "scale(" + scale + ")" : "none";
  screen.style.height = Math.ceil(height * scale) + "px";
}
function fitAll() {
  document.querySelectorAll(".screen").forEach(fit);
}
window.addEventListener("load", fitAll);
window.addEventListener("resize", fitAll);

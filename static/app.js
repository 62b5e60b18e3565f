// The little that CSS and htmx cannot do. Loaded in <head>, before the first paint, so that dark pages do not flash.
(function () {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const show = () => document.documentElement.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  show();
  dark.addEventListener("change", show);

  const offline = (isOffline) => {
    const line = document.getElementById("offline");
    if (line) line.hidden = !isOffline;
  };
  document.addEventListener("htmx:sendError", () => offline(true));
  document.addEventListener("htmx:beforeOnLoad", () => offline(false));
  // an error told by an earlier answer is over once the same element is answered well
  document.addEventListener("htmx:afterRequest", (event) => {
    const messages = document.getElementById("messages");
    if (event.detail.successful && messages && messages.dataset.error) {
      messages.replaceChildren();
      delete messages.dataset.error;
    }
  });
  document.addEventListener("htmx:responseError", () => {
    const messages = document.getElementById("messages");
    if (messages) messages.dataset.error = "1";
  });

  // where to go on: the first field that must be mended, what has just been answered, or the word that it is saved
  const goOn = (root) => {
    const there = root.matches("[data-focus]") ? root : root.querySelector('[data-focus], [aria-invalid="true"]');
    if (there) there.focus();
  };
  document.addEventListener("DOMContentLoaded", () => goOn(document.body));
  document.addEventListener("htmx:afterSettle", (event) => goOn(event.target));

  // what is a lot of work to take back is asked about first
  document.addEventListener("submit", (event) => {
    const asks = event.submitter && event.submitter.dataset.asks;
    if (asks && !window.confirm(asks)) event.preventDefault();
  });

  // a button that empties a field, as if it were done by hand
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-clears]");
    const field = button && document.getElementById(button.dataset.clears);
    if (!field) return;
    field.value = "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });

  // a dialog that has come opens over the page; what closes it closes it, and leaves the page as it is
  document.addEventListener("htmx:afterSettle", () => {
    const dialog = document.querySelector("dialog[data-modal]:not([open])");
    if (dialog) dialog.showModal();
  });
  document.addEventListener("click", (event) => {
    const dialog = event.target.closest("[data-closes]")?.closest("dialog");
    if (!dialog) return;
    event.preventDefault();
    dialog.close();
  });
  document.addEventListener("close", (event) => event.target.remove(), true);

  // ticks all fields of a form, or none; those that are fixed stay as they are
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-ticks]");
    if (!button) return;
    const boxes = button.form.querySelectorAll('input[type="checkbox"][name="field"]:not(:disabled)');
    boxes.forEach((box) => (box.checked = button.dataset.ticks === "on"));
    button.form.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // what a search box has found: arrows walk it, Escape leaves it
  document.addEventListener("keydown", (event) => {
    const box = event.target.closest("[data-found]");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!box || (!step && event.key !== "Escape")) return;
    const input = box.querySelector("input");
    const stops = [input, ...box.querySelectorAll("#search-found a")];
    const next = step ? stops[stops.indexOf(event.target) + step] : input;
    if (!next) return;
    event.preventDefault();
    next.focus();
    if (!step) document.getElementById("search-found").replaceChildren();
  });

  // while somebody walks what was found, a late answer does not take it away
  document.addEventListener("htmx:beforeSwap", (event) => {
    const target = event.detail.target;
    if (target.matches("[data-walked]") && target.contains(document.activeElement)) event.detail.shouldSwap = false;
  });
  // and what is chosen of it is meant, whatever has been typed since it was found
  document.addEventListener("change", (event) => {
    const asked = event.target.closest("[data-walked]")?.querySelector("[data-typed-in]");
    if (asked) asked.value = document.getElementById(asked.dataset.typedIn).value;
  });

  // rows that are picked: all at once, and how many
  document.addEventListener("change", (event) => {
    const all = event.target.matches("[data-pick-all]");
    if (!all && !event.target.closest(".pick")) return;
    const boxes = [...document.querySelectorAll(".pick [name]")];
    if (all) boxes.forEach((box) => (box.checked = event.target.checked));
    const picked = boxes.filter((box) => box.checked).length;
    const told = document.querySelector("[data-picked]");
    if (told) told.textContent = picked ? `${picked} selected:` : "Selected contacts:";
    const head = document.querySelector("[data-pick-all]");
    if (!head) return;
    head.checked = picked === boxes.length;
    head.indeterminate = picked > 0 && picked < boxes.length;
  });

  // one menu open at a time; Escape or a click elsewhere closes it
  const close = (except) =>
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
      if (menu !== except) menu.open = false;
    });
  document.addEventListener("click", (event) => close(event.target.closest("details[data-menu]")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details[data-menu][open]");
    close(null);
    if (open) open.querySelector("summary").focus();
  });
})();

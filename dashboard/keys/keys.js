// Keys and clicks of every page. Loaded once per page by Streamlit's component v2; no network; the browser keeps drafts and read hints only.
// Rules: nothing fires while an input method composes (isComposing, keyCode 229), while the caret is in a field, with
// Ctrl/Alt/Meta, or while a dialog is open. Enter is locked from the moment it is sent until Python has answered.
const STATE = (window.__jiesuKeys ||= { data: null, send: null, busy: null, wired: false });
const FIELDS = "input, textarea, select, [contenteditable=true], [role=combobox], [role=textbox], [role=listbox]";
const BUSY_MS = 8000;

function typing(event) {
  const target = event.composedPath()[0];
  return target instanceof Element && target.closest(FIELDS) !== null;
}

function send(act, more) {
  if (!STATE.send || !STATE.data) return;
  STATE.send({ act, ticket: STATE.data.ticket ?? null, at: Date.now(), ...more });
}

function busy() {
  const lock = STATE.busy;
  return lock !== null && lock.rev === STATE.data.rev && lock.page === STATE.data.page && Date.now() - lock.since < BUSY_MS;
}

function once(act, more) {
  if (busy()) return;
  STATE.busy = { page: STATE.data.page, rev: STATE.data.rev, since: Date.now() };
  send(act, more);
}

// Leaving the field first makes Streamlit send what was typed; the form is then whole when Python reads it.
function submit(act, more) {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  setTimeout(() => once(act, more), 60);
}

function showPick(n) {
  document.querySelectorAll("[data-pick]").forEach((card) => {
    const chosen = Number(card.dataset.pick) === n;
    card.setAttribute("aria-checked", chosen ? "true" : "false");
    card.tabIndex = chosen ? 0 : -1;
  });
}

// What is on the screen counts: the marked card and the drawn ticket, not what we remember of them.
function shownPick() {
  const card = document.querySelector("[data-pick][aria-checked=true]");
  return card ? Number(card.dataset.pick) : null;
}

function drawn() {
  const article = document.querySelector("[data-ticket]");
  return !STATE.data.ticket || (article && article.dataset.ticket === STATE.data.ticket);
}

function shownTicket() {
  const article = document.querySelector("[data-ticket]");
  return article ? article.dataset.ticket : null;
}

// An Enter pressed on a ticket that is drawn before we were told of it: carried out for exactly that ticket, or not at all.
function carryOut() {
  const wait = STATE.wait;
  if (!wait || !STATE.data.enter || STATE.data.mode) return;
  if (Date.now() > wait.until) { STATE.wait = null; return; }
  if (wait.ticket && wait.ticket === STATE.data.ticket) { STATE.wait = null; once(STATE.data.enter, { pick: wait.pick }); }
}

function pick(n) {
  if (n < 1 || n > (STATE.data.choices || 0)) return;
  showPick(n);
}

function helpPanel() {
  let panel = document.getElementById("jiesu-help");
  if (!panel) {
    panel = document.createElement("dialog");
    panel.id = "jiesu-help";
    panel.setAttribute("aria-label", "按键一览");
    document.body.appendChild(panel);
    panel.addEventListener("click", (event) => { if (event.target === panel) panel.close(); });
  }
  return panel;
}

function toggleHelp() {
  const panel = helpPanel();
  if (panel.open) { panel.close(); return; }
  panel.replaceChildren();
  const title = document.createElement("h2");
  title.textContent = "按键一览";
  const list = document.createElement("dl");
  for (const [key, what] of STATE.data.help || []) {
    const term = document.createElement("dt");
    for (const part of key.split(" ")) {
      const cap = document.createElement("kbd");
      cap.textContent = part;
      term.append(cap, " ");
    }
    const told = document.createElement("dd");
    told.textContent = what;
    list.append(term, told);
  }
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "收起";
  close.addEventListener("click", () => panel.close());
  panel.append(title, list, close);
  panel.showModal();
}

// One sentence at the first visit of a page, until it is put away; only that it was read is kept.
function showHint() {
  const { data } = STATE;
  const shown = document.getElementById("jiesu-hint");
  if (shown && shown.dataset.page !== data.page) shown.remove();
  const key = `jiesu:hint:${data.user}:${data.page}`;
  let read = true;
  try { read = localStorage.getItem(key) === "read"; } catch { /* no storage: no hint */ }
  if (!data.hint || read || document.getElementById("jiesu-hint")) return;
  const box = document.createElement("aside");
  box.id = "jiesu-hint";
  box.dataset.page = data.page;
  box.setAttribute("aria-label", "提示");
  const words = document.createElement("span");
  words.textContent = data.hint;
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "知道了";
  close.addEventListener("click", () => {
    box.remove();
    try { localStorage.setItem(key, "read"); } catch { /* shown again next time */ }
  });
  box.append(words, close);
  document.body.appendChild(box);
}

function focusSearch() {
  const box = document.querySelector(".st-key-search input, .st-key-queue_text input");
  if (box) { box.focus(); box.select(); return true; }
  send("search");
  return true;
}

function onKey(event) {
  if (!STATE.data || !STATE.send) return;
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && STATE.data.mode) {
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) submit("submit");
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const help = document.getElementById("jiesu-help");
  if (help && help.open) {
    if (event.key === "?") { event.preventDefault(); help.close(); }
    return;
  }
  if (document.querySelector("[data-testid=stDialog], [role=dialog]:not(#jiesu-help)")) return;
  if (event.key === "Escape") {
    const inField = typing(event);
    if (inField) event.target.blur();
    else if (STATE.data.mode) send("cancel");
    return;
  }
  if (typing(event)) return;
  const onControl = event.target instanceof Element && event.target.closest("button, a, summary, [role=tab], [data-act]");
  if (event.key === "Enter" && onControl && !event.target.closest("[data-pick]")) return;
  if (act(event)) { event.preventDefault(); event.stopPropagation(); }
}

function act(event) {
  const { data } = STATE;
  if (event.key === "?") { toggleHelp(); return true; }
  if (event.key === "/") return focusSearch();
  if (/^[0-9]$/.test(event.key) && data.choices) { pick(Number(event.key)); return true; }
  if (event.key === " " && event.target instanceof Element) {
    const card = event.target.closest("[data-pick]");
    if (card) { pick(Number(card.dataset.pick)); return true; }
    return false;
  }
  if ((event.key === "ArrowDown" || event.key === "ArrowUp") && data.choices && !data.mode) {
    pick((shownPick() || 1) + (event.key === "ArrowDown" ? 1 : -1));
    return true;
  }
  if (event.key === "Enter" && data.enter && !data.mode) {
    if (event.repeat) return true;
    if (drawn()) once(data.enter, { pick: shownPick() });
    else STATE.wait = { ticket: shownTicket(), pick: shownPick(), until: Date.now() + 2000 };
    return true;
  }
  const named = (data.letters || {})[event.key.toLowerCase()];
  if (named && !event.shiftKey && !data.mode) {
    if (!event.repeat && drawn()) once(named);
    return true;
  }
  return false;
}

function onClick(event) {
  if (!STATE.data || !(event.target instanceof Element)) return;
  const card = event.target.closest("[data-pick]");
  if (card) { pick(Number(card.dataset.pick)); return; }
  const link = event.target.closest("[data-act]");
  if (!link) return;
  event.preventDefault();
  const [name, ...rest] = link.dataset.act.split(":");
  if (name.startsWith("submit")) { submit(name, { value: rest.join(":") || null }); return; }
  once(name, { value: rest.join(":") || null, pick: shownPick() });
}

// What is half written survives a reload: kept in this tab's sessionStorage under
// the user's name, so an expired session loses nothing; cleared by logging out and by sending.
function draftKey() { return `jiesu:draft:${STATE.data.user}:${STATE.data.page}`; }

function onInput(event) {
  const box = event.target instanceof Element && event.target.closest("[class*=st-key-draft_]");
  if (!box || !STATE.data || !STATE.data.mode) return;
  if (event.target.getAttribute("role") === "combobox") return; // words to find an option by, not a value
  const name = [...box.classList].find((one) => one.startsWith("st-key-draft_")).slice(7);
  try {
    const kept = JSON.parse(sessionStorage.getItem(draftKey()) || "{}");
    kept.typed = { ...(kept.typed || {}), [name]: event.target.value };
    sessionStorage.setItem(draftKey(), JSON.stringify(kept));
  } catch { /* a full or forbidden storage only costs the draft */ }
}

function keepDraft() {
  const { data } = STATE;
  try {
    const kept = JSON.parse(sessionStorage.getItem(draftKey()) || "null");
    if (data.fresh) {
      if (kept && kept.ticket && kept.mode) send("restore", { draft: kept });
      return;
    }
    if (!data.mode) { sessionStorage.removeItem(draftKey()); return; }
    const typed = kept && kept.ticket === data.ticket && kept.mode === data.mode ? kept.typed : {};
    sessionStorage.setItem(draftKey(), JSON.stringify({ ticket: data.ticket, mode: data.mode, form: data.form || {}, typed }));
  } catch { /* as above */ }
}

export default function (component) {
  const { data, setTriggerValue } = component;
  const before = STATE.data;
  STATE.data = data;
  const mine = (value) => setTriggerValue("act", value);
  STATE.send = mine;
  if (!before || before.page !== data.page || before.ticket !== data.ticket) {
    if (document.activeElement instanceof HTMLElement && document.activeElement.matches("[data-act], [data-pick], button")) {
      document.activeElement.blur();
    }
    document.querySelectorAll(".js-scroll").forEach((panel) => { panel.scrollTop = 0; });
  }
  if (!busy()) STATE.busy = null;
  if (!STATE.wired) {
    STATE.wired = true;
    document.addEventListener("keydown", onKey, true);
    document.addEventListener("click", onClick);
    document.addEventListener("input", onInput, true);
  }
  document.documentElement.lang = "zh-CN";
  document.documentElement.dataset.rev = String(data.rev);
  document.documentElement.dataset.keys = data.ticket ?? "";
  showHint();
  keepDraft();
  carryOut();
  if (data.focus) focusField(data.focus, data.rev, 60);
  // the next page may have mounted already: only take back what is ours
  return () => { if (STATE.send === mine) STATE.send = null; };
}

// The field may be drawn a moment after the call: tried every tenth of a second, unless the person went elsewhere.
function focusField(name, rev, tries) {
  if (STATE.focused === `${name}:${rev}` || !STATE.data || STATE.data.rev !== rev) return;
  const field = document.querySelector(`.st-key-${name} input, .st-key-${name} textarea`);
  const elsewhere = document.activeElement && document.activeElement.matches("input, textarea");
  if (field && !elsewhere) { STATE.focused = `${name}:${rev}`; field.focus(); return; }
  if (tries > 0 && !elsewhere) setTimeout(() => focusField(name, rev, tries - 1), 100);
}

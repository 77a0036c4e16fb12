// What the page does in the browser alone: its language, the source panel, the state of loading.
(() => {
  "use strict";
  const strings = JSON.parse(document.getElementById("ponte-strings").textContent);
  const root = document.documentElement;
  const $ = (selector, within = document) => within.querySelector(selector);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const scroll = { block: "start", behavior: calm.matches ? "auto" : "smooth" };

  // ---- language of the page: chosen before, else the browser's, else Traditional Chinese
  const known = (tag) => {
    const t = tag.toLowerCase();
    if (/^zh-(hans|cn|sg|my)/.test(t)) return "zh-Hans";
    if (t.startsWith("zh")) return "zh-Hant";
    return t.startsWith("pt") ? "pt" : t.startsWith("en") ? "en" : null;
  };
  const remembered = () => {
    try { return localStorage.getItem("ponte-language"); } catch { return null; }
  };
  let language = remembered();
  if (!(language in strings)) {
    language = (navigator.languages || []).map(known).find(Boolean) || "zh-Hant";
  }
  const say = (key) => strings[language][key];
  const speak = () => {
    root.lang = language;
    root.dataset.language = language;
    document.title = `Ponte · ${say("tagline")}`;
    const box = $("#ponte-box textarea");
    if (box) {
      box.placeholder = say("placeholder");
      box.setAttribute("aria-label", say("question"));
    }
    for (const [id, key] of [["send", "send"], ["stop", "stop"], ["clear", "clear"]]) {
      const button = $(`#ponte-${id}`);
      if (button) button.textContent = say(key);
    }
    const close = $("#ponte-source .close");
    if (close) close.setAttribute("aria-label", say("close"));
    $("#ponte-source .panel")?.setAttribute("aria-label", say("panel"));
    $(".head .languages")?.setAttribute("aria-label", say("language"));
    $("#ponte-thread .turns")?.setAttribute("aria-label", say("conversation"));
    for (const button of document.querySelectorAll("[data-language]:not(html)")) {
      button.setAttribute("aria-pressed", String(button.dataset.language === language));
    }
    tell();
  };

  // ---- loading: ask the server until it can answer
  let health = { status: "loading" };
  const tell = () => {
    const line = $("#ponte-status");
    if (!line) return;
    const waiting = health.status !== "ok";
    let text = waiting ? say(health.status) || say("loading") : "";
    if (health.status === "indexing" && health.total) text += ` ${health.done} / ${health.total}`;
    if (line.textContent !== text) line.textContent = text;
    line.className = waiting ? health.status : "";
    line.hidden = !waiting;
  };
  const check = async () => {
    let wait = 1000;
    try {
      const answer = await fetch("/healthz", { cache: "no-store" });
      const lost = health.status === "offline";
      health = await answer.json();
      // A server that was started anew knows nothing of an answer that was coming in.
      if (lost && busy()) location.reload();
      if (health.status === "ok") wait = 30000;
    } catch {
      health = { status: "offline" };
    }
    tell();
    setTimeout(check, wait);
  };

  // ---- the source panel
  let opener = null;
  const close = (back) => {
    const panel = $("#ponte-source .panel");
    if (!panel || panel.hidden) return;
    panel.hidden = true;
    document.body.classList.remove("source-open");
    mark(null);
    if (back && opener?.isConnected) opener.focus();
    opener = null;
  };
  const mark = (key) => {
    for (const button of document.querySelectorAll("[data-source]")) {
      if (button.dataset.source === key) button.setAttribute("aria-expanded", "true");
      else button.removeAttribute("aria-expanded");
    }
  };
  const open = (button) => {
    const held = document.getElementById(button.dataset.source);
    const panel = $("#ponte-source .panel");
    if (!held || !panel) return;
    opener = button;
    const body = $(".panel-body", panel);
    body.replaceChildren(...[...held.childNodes].map((node) => node.cloneNode(true)));
    panel.hidden = false;
    document.body.classList.add("source-open");
    mark(button.dataset.source);
    $("h3", body)?.focus({ preventScroll: true });
    const first = $("mark", body);
    if (matchMedia("(max-width: 960px)").matches) {
      // Below the conversation: from its top where the quote can be seen so, else at the quote.
      const top = panel.getBoundingClientRect().top;
      const near = !first || first.getBoundingClientRect().bottom - top < innerHeight * 0.8;
      (near ? panel : first).scrollIntoView(near ? scroll : { ...scroll, block: "center" });
    }
    const hidden = first && first.offsetTop + first.offsetHeight > body.clientHeight;
    body.scrollTop = hidden ? first.offsetTop - body.clientHeight / 3 : 0;
  };

  // ---- what Gradio's components call when they are there
  const busy = () => Boolean($("#ponte-thread [aria-busy]"));
  window.ponte = {
    speak,
    thread(element, trigger, watch) {
      let last = "";
      const changed = () => {
        document.body.classList.toggle("ponte-busy", busy());
        document.body.classList.toggle("ponte-talking", Boolean($(".turns", element)));
        const turns = element.querySelectorAll(".turn");
        const newest = turns.length ? turns[turns.length - 1].id : "";
        if (newest !== last) {
          last = newest;
          close(false);
          if (newest) document.getElementById(newest).scrollIntoView(scroll);
          else $("#ponte-box textarea")?.focus();
        } else if (opener) {
          mark(opener.dataset.source);
        }
        $(".turns", element)?.setAttribute("role", "log");
        speak();
      };
      element.addEventListener("click", (event) => {
        const example = event.target.closest("[data-question]");
        if (example && !busy()) trigger("select", { question: example.dataset.question });
      });
      watch("value", changed);
      changed();
    },
    panel(element) {
      element.addEventListener("click", (event) => {
        if (event.target.closest(".close")) close(true);
      });
      speak();
    },
  };
  document.addEventListener("click", (event) => {
    const cite = event.target.closest("[data-source]");
    if (cite) {
      if (cite === opener) close(true);
      else open(cite);
    }
    const choice = event.target.closest("button[data-language]");
    if (choice) {
      language = choice.dataset.language;
      try { localStorage.setItem("ponte-language", language); } catch { /* not remembered */ }
      speak();
    }
    if (event.target.closest("a.skip")) {
      event.preventDefault();
      $("#ponte-box textarea")?.focus();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(true);
  });
  // Return ends the choice of a character in an input method; only then does it send. While an
  // answer comes in, or with nothing written, it does nothing.
  for (const kind of ["keydown", "keypress"]) {
    document.addEventListener(kind, (event) => {
      if (event.key !== "Enter" || !event.target.closest?.("#ponte-box")) return;
      const composing = event.isComposing || event.keyCode === 229;
      if (composing) event.stopImmediatePropagation();
      else if (!event.shiftKey && (busy() || !event.target.value.trim())) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    }, true);
  }
  root.lang = language;
  root.dataset.language = language;
  check();
})();

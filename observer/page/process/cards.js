// The parts of the page of one process, each a card that changes only where its data have.
import { fill, h, keyed, setText } from "../parts/dom.js";
import { bytes, count, linked, pidLink, rate } from "../parts/format.js";

const FOLDED_LINES = 18;

/** The parts: `{elements, show(data)}`. */
export function processParts() {
  const [left, right] = [[overview(), peers()], [state(), messages(), dictionary(), stack()]];
  const parts = [...left, ...right];
  const column = (some) => h("div", { class: "process-column" }, ...some.map(({ element }) => element));
  return {
    elements: [column(left), column(right)],
    show(data) {
      for (const part of parts) part.show(data);
    },
  };
}

function card(id, title, ...contents) {
  const number = h("span", { class: "muted", id: `${id}-count` });
  return {
    number,
    element: h("section", { id, class: "card", "aria-label": title }, h("h3", {}, title, " ", number), ...contents),
  };
}

function overview() {
  const rows = h("dl", { class: "figures" });
  const { element } = card("process-overview", "Overview", rows);
  return {
    element,
    show(data) {
      const facts = [
        ["pid", data.pid],
        ["name", data.name],
        ["runs", data.what],
        ["initial call", data.initial_call === data.what ? null : data.initial_call],
        ["behaviour", data.behaviour],
        ["status", data.suspended ? `${data.status}, suspended` : data.status],
        ["now in", data.current],
        ["queue", count(data.queue)],
        ["reductions", count(data.reductions)],
        ["per second", data.rate === undefined ? null : rate(data.rate)],
        ["memory", bytes(data.memory)],
        ["priority", data.priority],
        ["traps exits", data.trap_exit ? "yes" : "no"],
        ["supervisor", data.supervisor],
        ["parent", data.parent],
        ["group leader", data.group_leader],
      ].filter(([, value]) => value !== null && value !== undefined);
      keyed(rows, facts, ([name]) => name, factRow, showFact);
    },
  };
}

function factRow([name]) {
  return h("div", { "data-fact": name }, h("dt", {}, name), h("dd", {}));
}

function showFact(row, [, value]) {
  const cell = row.lastChild;
  if (typeof value !== "object") return setText(cell, value);
  const signature = `${value.pid} ${value.label} ${value.id ?? ""}`;
  if (cell.dataset.shown === signature) return;
  cell.dataset.shown = signature;
  fill(cell, peerNode(value), value.id ? h("span", { class: "muted" }, ` as ${value.id}`) : null);
}

/** A process as a link, with its label before the pid; of a name that nobody has the text. */
export function peerNode({ pid, label }) {
  if (!pid) return document.createTextNode(label ?? "–");
  const shown = label && label !== pid ? `${label} ${pid}` : pid;
  const link = pidLink(pid, shown);
  link.dataset.label = label ?? pid;
  return link;
}

function peers() {
  const kinds = ["links", "monitors", "monitored_by"];
  const lists = kinds.map((kind) => h("ul", { id: `process-${kind}`, class: "peers" }));
  const heads = kinds.map((kind) => h("h4", {}, kind.replace("_", " ")));
  const { element } = card(
    "process-peers",
    "Links and monitors",
    ...kinds.flatMap((kind, place) => [heads[place], lists[place]]),
  );
  return {
    element,
    show(data) {
      kinds.forEach((kind, place) => {
        const all = data[kind].map(
          (peer, number) => ({ ...peer, key: `${peer.pid ?? peer.label} ${peer.pid ? "" : number}` }),
        );
        const whole = data.counts?.[kind] ?? all.length;
        setText(heads[place], `${kind.replace("_", " ")} (${count(whole)})`);
        keyed(lists[place], all, ({ key }) => key, (peer) => h("li", {}, peerNode(peer)), () => {});
        if (whole > all.length) lists[place].append(h("li", { class: "muted" }, `… ${count(whole - all.length)} more`));
      });
    },
  };
}

/** A text that stands as it is until it changes, folded when it is long. */
function termBlock(id) {
  const text = h("pre", { id, class: "term block folded" });
  const more = h("button", { class: "button more", hidden: true, "aria-controls": id, onclick: toggle }, "All of it");
  let shown = null;

  function toggle() {
    const folded = text.classList.toggle("folded");
    setText(more, folded ? "All of it" : "Less");
    more.setAttribute("aria-expanded", String(!folded));
  }

  return {
    elements: [text, more],
    show(value) {
      if (value === shown) return;
      shown = value;
      fill(text, ...linked(value));
      more.hidden = value.split("\n").length <= FOLDED_LINES;
    },
  };
}

function state() {
  const block = termBlock("process-state-text");
  const { element } = card("process-state", "State", ...block.elements);
  return {
    element,
    show(data) {
      element.hidden = data.state === null;
      if (data.state !== null) block.show(data.state);
    },
  };
}

function messages() {
  const list = h("ol", { class: "messages" });
  const none = h("p", { class: "muted" }, "No messages wait.");
  const { element, number } = card("process-messages", "Messages", list, none);
  return {
    element,
    show(data) {
      const whole = data.counts?.messages ?? data.queue;
      setText(number, whole ? `(${count(whole)})` : "");
      none.hidden = data.messages.length > 0;
      keyed(
        list,
        data.messages.map((text, place) => ({ text, place })),
        ({ place }) => place,
        () => h("li", { class: "term" }),
        showTerm,
      );
      const hidden = whole - data.messages.length;
      if (hidden > 0) list.append(h("li", { class: "muted beyond" }, `… ${count(hidden)} more`));
    },
  };
}

function showTerm(element, { text }) {
  if (element.dataset.shown === text) return;
  element.dataset.shown = text;
  fill(element, ...linked(text));
}

function dictionary() {
  const body = h("tbody", {});
  const none = h("p", { class: "muted" }, "The dictionary is empty.");
  const table = h(
    "table",
    { class: "grid terms" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Key"), h("th", { scope: "col" }, "Value"))),
    body,
  );
  const { element, number } = card("process-dictionary", "Dictionary", table, none);
  return {
    element,
    show(data) {
      const rows = data.dictionary.map(([key, value], place) => ({ key, value, place }));
      const whole = data.counts?.dictionary ?? rows.length;
      setText(number, whole > rows.length ? `(the first ${count(rows.length)} of ${count(whole)})` : "");
      table.hidden = rows.length === 0;
      none.hidden = rows.length > 0;
      keyed(body, rows, ({ place }) => place, entryRow, showEntry);
    },
  };
}

function entryRow() {
  return h("tr", {}, h("td", { class: "term" }), h("td", { class: "term" }));
}

function showEntry(tr, { key, value }) {
  showTerm(tr.children[0], { text: key });
  showTerm(tr.children[1], { text: value });
}

function stack() {
  const body = h("tbody", {});
  const none = h("p", { class: "muted" }, "It waits, without a stack of its own code.");
  const table = h(
    "table",
    { class: "grid terms" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Function"), h("th", { scope: "col" }, "File"))),
    body,
  );
  const { element } = card("process-stack", "Stack", table, none);
  return {
    element,
    show(data) {
      table.hidden = data.stack.length === 0;
      none.hidden = data.stack.length > 0;
      keyed(
        body,
        data.stack.map((place, number) => ({ ...place, number })),
        ({ number }) => number,
        () => h("tr", {}, h("td", { class: "mono" }), h("td", { class: "mono muted" })),
        showPlace,
      );
    },
  };
}

function showPlace(tr, place) {
  setText(tr.children[0], place.function);
  setText(tr.children[1], place.file ? `${place.file}:${place.line}` : "");
}

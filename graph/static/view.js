// The network view. All words from outside reach the page through textContent, never as markup.
"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const days = JSON.parse(document.getElementById("days").textContent);
  const style = getComputedStyle(document.body);
  const ink = style.color, paper = style.backgroundColor;
  const detail = document.getElementById("detail");
  const LINE = "#8A94A0", CHOSEN = "#0072B2", AGAINST = "#C0392B";

  function element(tag, text, parent) {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    if (parent) parent.append(made);
    return made;
  }
  function percent(x) { return Math.round(100 * x) + "%"; }
  function interval(bounds, unknown) {
    const [low, high] = bounds;
    if (low === 0 && high === 1) return unknown;
    return low === high ? percent(low) : percent(low) + "–" + percent(high);
  }
  function edgeText(edge, box) {
    const from = names.get(edge.from), to = names.get(edge.to);
    element("strong", from + " – " + edge.component + (edge.via && edge.via !== edge.component ? " for " + edge.via : "") + " → " + to, box);
    const facts = [edge.level, "share " + interval(edge.share, "unknown")];
    if (edge.first) facts.push("first heard of " + edge.first);
    if (edge.count > 1) facts.push("stands for " + edge.count + " ties");
    element("div", facts.join(", "), box);
    if (!edge.evidence.length) element("small", "From the catalogue.", box);
    for (const claim of edge.evidence) {
      const quote = element("blockquote", "", box);
      element("div", "“" + claim.sentence + "”", quote);
      const line = element("small", claim.says + " · " + claim.date + " · ", quote);
      if (/^https?:\/\//i.test(claim.href)) {
        const link = element("a", claim.source, line);
        link.href = claim.href; link.rel = "noopener noreferrer"; link.target = "_blank";
      } else line.append(claim.source);
    }
    return box;
  }
  function nodeText(node, box) {
    element("strong", node.name, box);
    const facts = [node.kind, node.tier ? "tier " + node.tier : "asked about"];
    if (node.lost) facts.push("lost output " + interval(node.lost, "unknown"));
    if (node.hidden_neighbours) facts.push(node.hidden_neighbours + " more neighbours");
    element("div", facts.join(", "), box);
    return box;
  }
  function pageOf(node) { return node.href && node.href.startsWith("/") ? node.href : ""; }
  function nodePanel(node, box) {
    nodeText(node, box);
    const page = pageOf(node);
    if (page) { const link = element("a", "Open its page", element("p", "", box)); link.href = page; }
    if (data.expand && node.party && node.hidden_neighbours) {
      const button = element("button", "Show its neighbours", element("p", "", box));
      button.id = "expand";
      button.addEventListener("click", () => expand(node, button));
    }
    for (const edge of edges.get({ filter: e => e.from === node.id || e.to === node.id }).slice(0, 12)) {
      element("hr", "", box);
      edgeText(edge, box);
    }
  }
  function show(fill, thing) {
    detail.replaceChildren();
    element("h2", "Evidence", detail);
    fill(thing, detail);
    detail.scrollTop = 0;
  }

  const names = new Map(data.nodes.map(node => [node.id, node.name]));
  function drawn(node) {
    const size = node.tier === 0 ? 20 : 15;
    const made = { ...node, title: nodeText(node, element("div")), font: { color: ink, size, face: "system-ui", strokeWidth: 4, strokeColor: paper } };
    if (node.shape === "box") made.font = { color: "#1b1f24", size: 15, face: "system-ui" };
    return made;
  }
  function drawnEdge(edge, id) {
    return { ...edge, id, title: edgeText(edge, element("div")),
      color: { color: edge.against ? AGAINST : LINE, highlight: CHOSEN, hover: CHOSEN },
      smooth: { type: "cubicBezier", forceDirection: "horizontal", roundness: 0.5 } };
  }
  const nodes = new vis.DataSet(data.nodes.map(drawn));
  const edges = new vis.DataSet(data.edges.map(drawnEdge));
  const box = document.getElementById("network");
  const picture = new vis.Network(box, { nodes, edges }, {
    physics: false,
    interaction: { hover: true, tooltipDelay: 120, hideEdgesOnDrag: data.edges.length > 400, keyboard: { enabled: true, bindToWindow: false } },
    edges: { arrows: { to: { scaleFactor: 0.6 } } },
    nodes: { borderWidth: 1 },
  });
  picture.on("selectEdge", event => { if (event.edges.length === 1 && !event.nodes.length) show(edgeText, edges.get(event.edges[0])); });
  picture.on("selectNode", event => show(nodePanel, nodes.get(event.nodes[0])));
  picture.on("doubleClick", event => {
    const page = event.nodes.length ? pageOf(nodes.get(event.nodes[0])) : "";
    if (page) window.location.assign(page);
  });

  async function expand(node, button) {
    button.disabled = true;
    const answer = await fetch(data.expand.replace("{id}", encodeURIComponent(node.party)), { headers: { accept: "application/json" } });
    if (!answer.ok) { button.textContent = "The service did not answer."; return; }
    const more = await answer.json();
    const here = nodes.get(node.id);
    const fresh = more.nodes.filter(each => !names.has(each.id));
    fresh.forEach((each, place) => {
      names.set(each.id, each.name);
      each.x = here.x + each.side * 240;
      each.y = here.y + (place - (fresh.length - 1) / 2) * 44;
      nodes.add(drawn(each));
      data.nodes.push(each);
    });
    const known = new Set(edges.get().map(edge => edge.from + "\n" + edge.to + "\n" + edge.component));
    for (const edge of more.edges) {
      if (known.has(edge.from + "\n" + edge.to + "\n" + edge.component)) continue;
      data.edges.push(edge);
      edges.add(drawnEdge(edge, data.edges.length - 1));
    }
    data.nodes.find(each => each.id === node.id).hidden_neighbours = 0;
    nodes.update(drawn({ ...here, label: here.name, hidden_neighbours: 0 }));
    document.body.dataset.expanded = node.party;
    listNames();
    filter();
    show(nodePanel, nodes.get(node.id));
  }

  const list = document.getElementById("names");
  function listNames() {
    list.replaceChildren();
    for (const name of [...names.values()].sort()) element("option", "", list).value = name;
  }
  listNames();
  const find = document.getElementById("find"), kind = document.getElementById("kind");
  const level = document.getElementById("level"), day = document.getElementById("day");
  find.addEventListener("change", () => {
    const wanted = find.value.trim().toLowerCase();
    const hit = wanted && (data.nodes.find(node => node.name.toLowerCase() === wanted) || data.nodes.find(node => node.name.toLowerCase().includes(wanted)));
    if (hit) { picture.selectNodes([hit.id]); picture.focus(hit.id, { scale: 1.1, animation: true }); show(nodePanel, nodes.get(hit.id)); }
  });
  function filter() {
    const until = day ? days[Number(day.value)] : "";
    const kept = edge => (!level.value || edge.level === level.value) && (!until || !edge.first || edge.first <= until);
    edges.update(data.edges.map((edge, id) => ({ id, hidden: !kept(edge) })));
    const linked = new Set(data.edges.filter(kept).flatMap(edge => [edge.from, edge.to]));
    nodes.update(data.nodes.map(node => ({ id: node.id, hidden: node.tier > 0 && (Boolean(kind.value) && node.kind !== kind.value || !linked.has(node.id)) })));
    document.body.dataset.shown = nodes.get({ filter: node => !node.hidden }).length;
  }
  kind.addEventListener("change", filter);
  level.addEventListener("change", filter);
  if (day) day.addEventListener("input", () => { document.getElementById("shown-day").textContent = days[Number(day.value)]; filter(); });
  document.getElementById("fit").addEventListener("click", () => picture.fit({ animation: true }));
  document.getElementById("filters").addEventListener("submit", event => event.preventDefault());
  // On a small screen the whole is too small to read: it opens at the party asked about, and "Show all" shows the rest.
  function open() {
    picture.fit();
    const middle = data.nodes.find(node => node.tier === 0);
    if (middle && picture.getScale() < 0.45) {
      const side = data.nodes.reduce((sum, node) => sum + Math.sign(node.x - middle.x), 0) < 0 ? -1 : 1;
      const reach = box.clientWidth * 0.36 / 0.7;
      picture.moveTo({ position: { x: middle.x + side * reach, y: middle.y }, scale: 0.7 });
    }
  }
  picture.once("afterDrawing", () => { open(); filter(); document.body.dataset.ready = "yes"; });
  window.nthtier = { picture, nodes, edges };
})();

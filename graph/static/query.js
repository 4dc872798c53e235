// The editor takes the plain form's place where it is installed; its state stays in the address.
"use strict";
(function () {
  if (typeof Yasgui === "undefined") return;
  const place = document.getElementById("editor"), plain = document.getElementById("plain");
  const text = document.getElementById("query").value;
  try {
    place.hidden = false;
    const yasgui = new Yasgui(place, {
      requestConfig: { endpoint: new URL(place.dataset.endpoint, location.href).href, method: "POST" },
      copyEndpointOnNewTab: false, persistenceId: null, endpointCatalogueOptions: { getData: () => [] },
      yasqe: { value: text, createShareableLink: null },
    });
    yasgui.getTab().setQuery(text);
    yasgui.getTab().on("query", () => { document.getElementById("result").hidden = true; });
    // The editor draws its fields without names; who can't see them needs one.
    const LABELS = { TEXTAREA: "Query in the editor", SELECT: "Rows a page", INPUT: "Search the rows" };
    const name = () => place.querySelectorAll("textarea, select, input").forEach(field => {
      if (!field.labels.length && !field.getAttribute("aria-label")) field.setAttribute("aria-label", LABELS[field.tagName]);
    });
    new MutationObserver(name).observe(place, { childList: true, subtree: true });
    name();
    plain.hidden = true;
    document.body.dataset.editor = "ready";
  } catch (error) {
    place.hidden = true;
    plain.hidden = false;
    console.error(error);
  }
})();

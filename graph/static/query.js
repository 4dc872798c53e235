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
    plain.hidden = true;
    document.body.dataset.editor = "ready";
  } catch (error) {
    place.hidden = true;
    plain.hidden = false;
    console.error(error);
  }
})();

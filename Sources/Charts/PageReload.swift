/// Lets a browser read a page again while its file is written again and again. It asks no network: only its own address.
///
/// The browser keeps its place in the page, as after every reload; what was opened or closed stays so, too. Nothing is
/// reloaded that nobody sees, or while a chart is pointed at.
package struct PageReload: Sendable {
  /// From one reading to the next.
  package var seconds: Int

  package init(seconds: Int) { self.seconds = seconds }

  /// What a page that is to be read again needs.
  package var script: Page.Script {
    Page.Script(source, .nonce(String(UInt64.random(in: 0 ... .max), radix: 36)))
  }

  /// Without characters that XML would want escaped. Some browsers keep nothing for pages that are files.
  private var source: String {
    """
    (function () {
      var key = "open " + location.pathname, kept = null;
      function parts() { return Array.from(document.querySelectorAll("details")); }
      function name(part) { return part.querySelector("summary").textContent; }
      try { kept = JSON.parse(sessionStorage.getItem(key)); } catch (e) {}
      if (kept) parts().forEach(function (part) { if (name(part) in kept) part.open = kept[name(part)]; });
      setInterval(function () {
        if (document.hidden || document.querySelector(".readout:hover")) return;
        var open = {};
        parts().forEach(function (part, index) { if (index || !part.open) open[name(part)] = part.open; });
        try { sessionStorage.setItem(key, JSON.stringify(open)); } catch (e) {}
        location.reload();
      }, \(seconds * 1000));
    })();
    """
  }
}

// After a form comes back with questions to look at again, the summary of them is where reading starts.
(function () {
  "use strict";

  const summary = document.querySelector("[data-error-summary]");
  if (summary) summary.focus();
})();

// Applies the chosen theme before the first paint, so that a page never flashes in the wrong colours. A classic
// script that page.html loads; see theme.js.
{
  let choice = null;
  try {
    choice = localStorage.getItem('microgpt.theme');
  } catch {
    // storage is disabled: the system setting applies
  }
  if (choice === 'light' || choice === 'dark') {
    document.documentElement.dataset.theme = choice;
  }
}

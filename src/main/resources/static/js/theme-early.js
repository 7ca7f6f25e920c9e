// Runs before the first paint, so that a page never flashes in the wrong colours. See theme.js.
{
  let choice = null;
  try {
    choice = localStorage.getItem('microgpt.theme');
  } catch {
    // storage is turned off: the system decides
  }
  if (choice === 'light' || choice === 'dark') {
    document.documentElement.dataset.theme = choice;
  }
}

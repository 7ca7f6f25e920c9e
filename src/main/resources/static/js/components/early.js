// Applies the chosen theme and language before the first paint, so that a page never flashes in the wrong colours, and
// begins to load its texts, which its modules wait for. A classic script that page.html loads; see theme.js and header.js.
{
  const remembered = (name) => {
    try {
      return localStorage.getItem(`microgpt.${name}`);
    } catch {
      return null; // storage is disabled: the system setting applies
    }
  };
  const root = document.documentElement;
  const isEmbedded = /\/embed\/s\//.test(location.pathname);
  const theme = isEmbedded ? new URLSearchParams(location.search).get('theme') : remembered('theme'); // the site that embeds a panel chooses
  if (theme === 'light' || theme === 'dark') {
    root.dataset.theme = theme;
  }
  const languages = root.dataset.languages.split(' ');
  const wanted = [remembered('language'), ...navigator.languages.map((tag) => tag.split('-')[0])];
  root.lang = wanted.find((language) => languages.includes(language)) ?? languages[0];
  const { src } = document.currentScript;
  for (const namespace of root.dataset.texts.split(' ')) {
    const href = new URL(`../../texts/${root.lang}/${namespace}.json`, src).href;
    document.head.append(Object.assign(document.createElement('link'), { rel: 'preload', as: 'fetch', crossOrigin: 'anonymous', href }));
  }
}

import gantz = require('gantz');

export async function program(): Promise<boolean> {
  const opened: gantz.Gantz = await gantz.openGantz();
  const { found } = await opened.call('cache_get', { key: 'a' });
  return found;
}

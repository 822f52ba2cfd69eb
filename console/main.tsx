import { render } from 'preact';
import { App } from './app.tsx';
import { load } from './store.ts';

const root = document.getElementById('app');
if (root) render(<App />, root);
void load();

import { render } from 'preact';
import { App } from './shell/app.tsx';
import { applyTheme, chosenTheme } from './shell/theme.ts';

applyTheme(chosenTheme());
const place = document.querySelector('#app');
if (place !== null) render(<App />, place);

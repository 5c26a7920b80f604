import 'virtual:tokens.css';
import './style/fonts.css';
import './style/base.css';
import './style/shell.css';
import './style/list.css';
import './style/panel.css';
import './style/own.css';
import './style/form.css';
import './style/call.css';
import './style/print.css';
import { render } from 'preact';
import { App } from './app.tsx';

const root = document.getElementById('limen');
if (!root) throw new Error('index.html has no #limen');
render(<App />, root);

import type { StackFrame } from '../occurrences/occurrence.js';

/** Libraries and runtimes by where their files are: their frames say how, not where. */
const FOREIGN_FILE =
  /(?:^|[\\/])(?:node_modules|site-packages|dist-packages|vendor|gems|bower_components)[\\/]|^node:|^internal\/|^<frozen |[\\/]lib[\\/]python\d|Python\d{1,3}[\\/][Ll]ib[\\/]|^<(?:anonymous|string|internal:.{0,200}|generated)>$|^native$|native code|^index \d+$|^\[internal function\]|[\\/]go[\\/](?:src|pkg[\\/]mod)[\\/]|[\\/]lib[\\/]ruby[\\/]|^(?:chrome|moz|safari(?:-web)?)-extension:|^\/rustc\/|[\\/]\.cargo[\\/]registry[\\/]|^\/usr\/include\/|^\/(?:usr\/)?lib(?:32|64)?\/.{0,300}\.so[.\d]*$|^\/(?:apex|system)\/|^(?:dart:|package:(?:flutter|dio|http|bloc|async|stack_trace)\/)|^https?:\/\/(?:unpkg\.com|cdnjs\.|cdn\.jsdelivr\.net|[\w.]{1,40}google-?(?:tagmanager|analytics|apis)\.|connect\.facebook\.)/;

/** Frameworks of Apple's systems, by the image that a frame is in. */
const FOREIGN_IMAGE =
  /^(?:lib[\w+.-]{1,60}\.dylib|dyld|UIKit(?:Core)?|AppKit|Foundation|Core(?:Foundation|Data|Graphics|Animation|Media|Text|Location|Bluetooth)|CFNetwork|GraphicsServices|QuartzCore|SwiftUI(?:Core)?|Combine|Security|WebKit|JavaScriptCore|Metal|\?{3})$/;

/** The same by the name alone for files of a bundle, whose folders are gone. */
export const FOREIGN_BUNDLE = /^(?:vendors?|framework|react-dom|jquery)(?:[.~_-].{0,200})?\.[cm]?js$/;

/** Frames of machinery that come and go with the runtime's version, its transpiler or its tools. */
const NOISE =
  /^(?:process\.)?(?:processTicksAndRejections|runMicrotasks|runNextTicks|queueMicrotask|nextTick|__awaiter|fulfilled|rejected|generatorStep|asyncGeneratorStep|asyncToGenerator|_asyncToGenerator|_next|_throw|tryCatch|maybeInvokeDelegate|invoke\[as _invoke\]|sentryWrapped|nrWrapper|wrapped|promiseReactionJob|Promise\.(?:all|allSettled|any|race)|(?:Async)?Generator\.(?:next|throw|return|_?invoke|<anonymous>)|ZoneDelegate\.\w{1,30}|Zone\.\w{1,30}|<(?:listcomp|dictcomp|setcomp)>|access\$\d{1,4}|CGLIB\$.{0,100}|.{1,200}\$\$superforward\d{0,4})$/;

/** Files of machinery: polyfills and helpers of transpilers, by their package or by their name. */
const NOISE_PACKAGE =
  /[\\/](?:core-js(?:-\w{1,10})?|regenerator-runtime|tslib|zone\.js|@babel[\\/](?:runtime|polyfill)|es6-promise|promise-polyfill|whatwg-fetch|@swc[\\/]helpers)[\\/@]/;
const NOISE_NAME =
  /^(?:polyfills?|zone|regenerator|runtime|webpack-runtime|core-js|babel-polyfill|asyncToGenerator|tslib)(?:[.~_@-].{0,200})?\.[cm]?js$/;

/** Classes of machinery that virtual machines and frameworks make at run time. */
const NOISE_MODULE =
  /\$Proxy\d|Generated(?:Method|Constructor|SerializationConstructor)Accessor|(?:Native|Delegating|Direct)(?:Method|Constructor)(?:Handle)?Accessor|LambdaForm\$|\$\$Lambda|\$\$FastClassBy|^(?:jdk\.internal|sun|java\.lang)\.(?:reflect|invoke)\b|^java\.util\.concurrent\.(?:ThreadPoolExecutor|FutureTask)\b/;

/** Whether a file belongs to the reporting service itself. */
export function isInApp(file: string | undefined): boolean {
  if (file === undefined || file === '') return false;
  const name = nameOf(file);
  return (
    !FOREIGN_FILE.test(file.startsWith('file://') ? file.slice(7) : file) &&
    !FOREIGN_BUNDLE.test(name) &&
    !FOREIGN_IMAGE.test(file)
  );
}

/** Whether a frame is machinery and says nothing about a failure. */
export function isNoise({ function: name, file, module }: Pick<StackFrame, 'function' | 'file' | 'module'>): boolean {
  if (name !== undefined && NOISE.test(plainName(name))) return true;
  if (module !== undefined) return NOISE_MODULE.test(module);
  return file !== undefined && (NOISE_NAME.test(nameOf(file)) || NOISE_PACKAGE.test(file));
}

function plainName(name: string): string {
  const alias = name.endsWith(']') ? name.lastIndexOf(' [as ') : -1;
  const plain = alias === -1 ? name : name.slice(0, alias);
  return plain.startsWith('async') ? plain.replace(/^async[ *]/, '') : plain;
}

/** What follows the last separator. */
export function nameOf(file: string): string {
  return file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
}

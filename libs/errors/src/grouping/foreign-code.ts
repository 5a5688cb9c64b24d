import type { StackFrame } from '../occurrences/occurrence.js';

/** Libraries and runtimes by where their files are: their frames say how, not where. */
const FOREIGN_FILE =
  /(?:^|[\\/])(?:node_modules|site-packages|dist-packages|vendor|gems|bower_components)[\\/]|^node:|^\/var\/runtime\/|^internal\/|^<frozen |[\\/]lib[\\/]python\d|Python\d{1,3}[\\/][Ll]ib[\\/]|^<(?:anonymous|string|internal:.{0,200}|generated)>$|^native$|native code|^index \d+$|^\[internal function\]|[\\/]go(?:lang|-?\d[\d.]{0,8})?[\\/](?:src|pkg[\\/]mod)[\\/]|[\\/]lib[\\/]ruby[\\/]|^(?:chrome|moz|safari(?:-web)?)-extension:|^\/rustc\/|[\\/]\.cargo[\\/]registry[\\/]|^\/usr\/include\/|^\/(?:usr\/)?lib(?:32|64)?\/.{0,300}\.so[.\d]*$|^\/(?:apex|system)\/|^(?:dart:|package:(?:flutter|dio|http|bloc|async|stack_trace)\/)|^https?:\/\/(?:unpkg\.com|cdnjs\.|cdn\.jsdelivr\.net|[\w.]{1,40}google-?(?:tagmanager|analytics|apis)\.|connect\.facebook\.)/;

/** Frameworks of Apple's systems, by the image that a frame is in. */
const FOREIGN_IMAGE =
  /^(?:lib[\w+.-]{1,60}\.dylib|dyld|UIKit(?:Core)?|AppKit|Foundation|Core(?:Foundation|Data|Graphics|Animation|Media|Text|Location|Bluetooth|Image|Motion|Audio|ML|Telephony|Services)|CFNetwork|ImageIO|AVF(?:oundation|Audio|Core)|MapKit|PhotosUI?|StoreKit|CloudKit|GameKit|SpriteKit|SceneKit|RealityKit|ARKit|HealthKit|EventKit|Contacts|Network|Vision|PDFKit|UserNotifications|WidgetKit|BackgroundTasks|Accelerate|libswift\w{1,40}|QuickLook\w{0,20}|BaseBoard|FrontBoardServices|RunningBoardServices|UIKitMacHelper|HIToolbox|GraphicsServices|QuartzCore|SwiftUI(?:Core)?|Combine|Security|WebKit|JavaScriptCore|Metal|\?{3})$/;

/** The same by the name alone for files of a bundle, whose folders are gone. */
const FOREIGN_BUNDLE = /^(?:vendors?|framework|react-dom|jquery)(?:[.~_-].{0,200})?\.[cm]?js$/;

/** The same by the package of a class. */
const FOREIGN_MODULE =
  /^(?:java|javax|jakarta|jdk|sun|com\.sun|kotlin|kotlinx|scala|groovy|clojure|dalvik|android|androidx|com\.android|com\.google\.(?:common|gson|inject|protobuf)|com\.fasterxml|com\.zaxxer|com\.mysql|com\.mongodb|com\.netflix|com\.(?:squareup|amazonaws|azure|stripe|rabbitmq|datastax|nimbusds|auth0|microsoft|ibm|bumptech|facebook|jcraft|typesafe)|com\.google\.(?:api|cloud|firebase|android)|software\.amazon|co\.elastic|io\.(?:jsonwebtoken|sentry|opentelemetry|kotest|smallrye|github\.resilience4j)|org\.(?:elasticsearch|redisson|jooq|flywaydb|thymeleaf|yaml|mariadb|h2|sqlite|koin|json|bouncycastle|springframework|apache|hibernate|jboss|eclipse|postgresql|junit|aspectj|codehaus|slf4j|mockito|reactivestreams|glassfish|xnio|quartz)|io\.(?:netty|undertow|micrometer|quarkus|vertx|reactivex|lettuce|grpc|ktor|micronaut)|reactor|okhttp3|okio|retrofit2|feign|redis\.clients|net\.sf|net\.bytebuddy|ch\.qos|lombok|System|Microsoft|Windows|MS|Unity(?:Engine|Editor)|Mono|Phoenix|Ecto|Plug|Postgrex|DBConnection|GenServer|Enum|Stream|Task|Cowboy|Bandit|Npgsql|Newtonsoft|MediatR|Autofac|Castle|Dapper|Polly|Serilog|MySql|MongoDB|StackExchange|MySqlConnector|Oracle(?:Internal)?|Azure|Amazon|Grpc|Google|AutoMapper|FluentValidation|Hangfire|Quartz|NLog|log4net|RabbitMQ|Confluent|MassTransit|Refit|RestSharp|IdentityModel|Elasticsearch|MailKit|MimeKit|CsvHelper|NodaTime|OpenTelemetry|Sentry|Moq|FSharp|xunit|Xunit|NUnit)(?:\.|$)/;

/** The same by the crate of a path of Rust. */
const FOREIGN_CRATE =
  /^<?&?(?:std|core|alloc|backtrace|anyhow|eyre|color_eyre|tokio(?:_\w{1,40})?|futures(?:_\w{1,40})?|hyper(?:_\w{1,40})?|axum(?:_\w{1,40})?|tower(?:_\w{1,40})?|actix(?:_\w{1,40})?|rocket|warp|tonic|reqwest|serde(?:_\w{1,40})?|sqlx(?:_\w{1,40})?|diesel|rayon(?:_\w{1,40})?|crossbeam(?:_\w{1,40})?|tracing(?:_\w{1,40})?|log|sentry(?:_\w{1,40})?|clap(?:_\w{1,40})?|rustls|mio|bytes|http|h2|parking_lot|once_cell|test)::/;

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

/** Whether a frame is in the service's own code: by its class where the stack names it, else by its file. */
export function isOwnFrame({ module, file }: Pick<StackFrame, 'module' | 'file'>): boolean {
  if (module === undefined) return isInApp(file);
  // A path of Rust, whose file tells where it was compiled.
  if (!module.includes('.')) {
    const isCompiledElsewhere = file?.endsWith('.rs') === true && !isInApp(file);
    return !FOREIGN_CRATE.test(`${module}::`) && !isCompiledElsewhere && !FOREIGN_MODULE.test(module);
  }
  return !FOREIGN_MODULE.test(module);
}

/** What PHP itself comes with: its frames say where it was called, so what is called threw. */
const BUILT_IN =
  /^(?:(?:json|file|curl|preg|mb|iconv|array|str|simplexml|date|mysqli|pg|image|openssl|random|hash|gz|zip|stream|fsockopen|unserialize|intdiv|unlink|rename|mkdir|copy|fopen|fread|fwrite|fgets|is|get)(?:_\w{1,60})?$|(?:PDO|PDOStatement|Date(?:Time|Interval|Period)\w{0,20}|Redis\w{0,20}|Soap\w{1,20}|mysqli\w{0,20}|SimpleXML\w{1,20}|DOM\w{1,30}|Reflection\w{1,30}|Spl\w{1,30}|Intl\w{1,30}|NumberFormatter|ZipArchive|Imagick|Memcached|AMQP\w{1,30})(?:->|::))/;

/** Whether the frame of a script of PHP called what PHP comes with. */
export function callsBuiltIn({ function: name, file }: Pick<StackFrame, 'function' | 'file'>): boolean {
  return name !== undefined && file?.endsWith('.php') === true && BUILT_IN.test(name);
}

/** Whether a frame is machinery and says nothing about a failure. */
export function isNoise({ function: name, file, module }: Pick<StackFrame, 'function' | 'file' | 'module'>): boolean {
  if (name !== undefined && NOISE.test(plainName(name))) return true;
  if (module !== undefined) return NOISE_MODULE.test(module);
  // Where Node makes its errors.
  if (file?.startsWith('node:internal/errors') === true || file === 'internal/errors.js') return true;
  // What calls a function of the program for it.
  if (file === 'native' && (name === 'apply' || name === 'call')) return true;
  return file !== undefined && (NOISE_NAME.test(nameOf(file)) || NOISE_PACKAGE.test(file));
}

function plainName(name: string): string {
  const alias = name.endsWith(']') ? name.lastIndexOf(' [as ') : -1;
  const plain = alias === -1 ? name : name.slice(0, alias);
  return plain.startsWith('async') ? plain.replace(/^async[ *]/, '') : plain;
}

/** What follows the last separator. */
function nameOf(file: string): string {
  return file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
}

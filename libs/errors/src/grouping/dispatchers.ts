import type { StackFrame } from '../occurrences/occurrence.js';

type Known = Pick<StackFrame, 'function' | 'module' | 'file'>;

/**
 * What calls the program for each request, message, job, event or test, by where its files are: of Node, Python, Ruby and PHP. Libraries
 * that a program calls and that call it back are none: who called them tells faults apart.
 */
const DISPATCHER_FILE = new RegExp(
  [
    String.raw`node_modules[\\/](?:(?:express[\\/]lib|router|connect|koa|koa-compose|@koa[\\/]router|koa-router|fastify|@fastify[\\/]\w{1,30}|@hapi[\\/]hapi|restify|next[\\/]dist|@remix-run[\\/]server-runtime|@nestjs[\\/](?:core|microservices|bullmq|schedule|websockets|platform-\w{1,20})|@apollo[\\/]server|apollo-server-\w{1,20}|graphql[\\/]execution|bullmq|bull|agenda|bee-queue|node-cron|cron|kafkajs|commander|yargs|@oclif[\\/]core|mocha|jest-circus|jest-jasmine2|@vitest[\\/]runner|aws-lambda-ric|react-dom|react-native[\\/]Libraries[\\/](?:Renderer|BatchedBridge)|preact|@vue[\\/]runtime-(?:core|dom)|vue[\\/]dist|@angular[\\/]core)[\\/])`,
    String.raw`(?:site|dist)-packages[\\/](?:django[\\/](?:core[\\/](?:handlers|servers|management)|views[\\/]generic[\\/]base)|rest_framework[\\/]views|flask[\\/](?:app|views|cli)\.py|werkzeug[\\/](?:serving|middleware)|starlette[\\/]|fastapi[\\/]|uvicorn[\\/]|gunicorn[\\/]|hypercorn[\\/]|celery[\\/](?:app[\\/]trace|worker|concurrency|bin|apps)|rq[\\/]|dramatiq[\\/]|apscheduler[\\/]|huey[\\/]|luigi[\\/]|airflow[\\/]|aiohttp[\\/]web|tornado[\\/](?:web|httpserver|http1connection|ioloop|routing)|sanic[\\/]|pyramid[\\/]|falcon[\\/]|bottle\.py|cherrypy[\\/]|click[\\/]|typer[\\/]|_pytest[\\/]|pluggy[\\/]|awslambdaric[\\/]|functions_framework[\\/]|streamlit[\\/]|grpc[\\/]_server)`,
    String.raw`[\\/]gems[\\/](?:(?:rack|railties|puma|unicorn|passenger|thin|sidekiq|resque|delayed_job|good_job|solid_queue|sinatra|grape|hanami|roda|rake|thor|rspec-core|minitest|karafka|shoryuken|sneakers|bunny|bundler)-[\w.-]{1,30}[\\/]|actionpack-[\w.-]{1,30}[\\/]lib[\\/](?:action_dispatch|abstract_controller[\\/](?:base|callbacks)|action_controller[\\/]metal\.rb))`,
    String.raw`[\\/]vendor[\\/](?:symfony[\\/](?:http-kernel|console|runtime|messenger)|laravel[\\/](?:framework[\\/]src[\\/]Illuminate[\\/](?:Foundation[\\/](?:Http|Console)|Routing|Pipeline|Console|Queue)|lumen-framework|octane)|slim[\\/]slim|laminas|mezzio|cakephp[\\/]cakephp[\\/]src[\\/](?:Http|Console)|yiisoft[\\/]yii2[\\/](?:base|web|console)|codeigniter4[\\/]framework|nette[\\/]application|phpunit)[\\/]`,
  ].join('|'),
);

/** The same by the package of a class: of Java, .NET and Elixir. */
const DISPATCHER_MODULE =
  /^(?:(?:javax|jakarta)\.servlet|org\.apache\.(?:catalina|tomcat|coyote|camel|struts2|cxf)|org\.springframework\.(?:web\.(?:servlet|method|filter|reactive)|security\.web|kafka|amqp|jms|scheduling|batch|boot)|org\.eclipse\.jetty|io\.undertow|io\.netty\.(?:channel|handler)|org\.glassfish\.(?:jersey|grizzly)|org\.jboss\.resteasy|io\.micronaut\.http|io\.ktor\.server|akka\.(?:actor|dispatch)|play\.(?:core|api\.mvc)|org\.quartz|android\.(?:os|app)|com\.android\.internal|java\.awt\.Event\w{1,20}|javafx\.application|org\.junit|org\.testng|com\.amazonaws\.services\.lambda|picocli|io\.grpc\.(?:internal|stub)|graphql\.execution|Microsoft\.AspNetCore|Microsoft\.Extensions\.Hosting|Microsoft\.Azure\.(?:Functions|WebJobs)|System\.Web|System\.Windows\.(?:Application|Threading|Forms\.(?:Application|Control|NativeWindow))|Hangfire|Quartz|MassTransit|Xunit|NUnit|UnityEngine\.EventSystems|Phoenix\.(?:Router|Endpoint|Channel|LiveView)|Plug|Cowboy|Bandit|Oban|Broadway)(?:[.+]|$)/;

/** The same by the function of Go, which has its package in front. */
const DISPATCHER_FUNCTION =
  /^(?:net\/http\.(?:HandlerFunc|serverHandler|\(\*(?:ServeMux|conn|Server|timeoutHandler)\))|testing\.|github\.com\/(?:gin-gonic\/gin|labstack\/echo|go-chi\/chi|gorilla\/mux|gofiber\/fiber|valyala\/fasthttp|spf13\/cobra|urfave\/cli|hibiken\/asynq|aws\/aws-lambda-go)[./]|google\.golang\.org\/grpc\.\(\*Server\))/;

/** The same by the crate of Rust. */
const DISPATCHER_CRATE = /^<?(?:axum|actix_(?:web|http|server|rt)|hyper::(?:server|proto)|tower|rocket|warp|tonic)\b/;

/**
 * Whether a frame is of what calls the program. What is behind it, such as middleware and entry scripts, is on every stack
 * and says nothing about this fault.
 */
export function isDispatcher({ function: name, module, file }: Known): boolean {
  if (module !== undefined && DISPATCHER_MODULE.test(module)) return true;
  if (module !== undefined && file?.endsWith('.rs') === true) return DISPATCHER_CRATE.test(module);
  if (file?.endsWith('.go') === true) return name !== undefined && DISPATCHER_FUNCTION.test(name);
  return file !== undefined && DISPATCHER_FILE.test(file);
}

/** Frameworks whose files are among those of the program: WordPress, Drupal, Joomla, CakePHP 2, CodeIgniter 3, and programs of an environment. */
const FRAMEWORK_IN_TREE =
  /[\\/]wp-(?:includes|admin)[\\/]|[\\/]wp-(?:blog-header|load|settings|config|cron|login)\.php$|[\\/]core[\\/](?:lib[\\/]Drupal|modules[\\/]\w{1,40}[\\/]src)[\\/]|[\\/]core[\\/]includes[\\/]\w{1,40}\.inc$|[\\/]libraries[\\/](?:joomla|src[\\/](?:Application|Component|Dispatcher|Event|MVC|Plugin))[\\/]|[\\/]lib[\\/]Cake[\\/]|[\\/]system[\\/](?:core[\\/](?:CodeIgniter|Common|Controller|Exceptions|Hooks|Loader|Router)|database[\\/]DB_\w{1,40})\.php$|[\\/](?:\.?venv|virtualenv|env|bundle)[\\/](?:bin|Scripts)[\\/]|^\/usr\/(?:local\/)?bin\//;

/** Packages of Go's own library, which are read without a root where paths were trimmed. */
const STANDARD_PACKAGE =
  /^(?:archive|bufio|bytes|compress|container|context|crypto|database|encoding|errors|expvar|fmt|hash|html|image|internal|io|log|math|mime|net|os|path|reflect|regexp|runtime|slices|sort|strconv|strings|sync|syscall|testing|text|time|unicode)(?:\/[\w/]{1,60})?\./;

/** Whether a file that no package manager put there is of a framework or a runtime all the same. */
export function isFrameworkInTree({ function: name, file }: Known): boolean {
  if (file === undefined) return false;
  if (file.endsWith('.go') && /^[a-z]/.test(file)) return name !== undefined && STANDARD_PACKAGE.test(name);
  return FRAMEWORK_IN_TREE.test(file);
}

/** Scripts that a server or a person starts. */
const ENTRY_FILE =
  /(?:^|[\\/])(?:(?:index|app|app_dev|frontend|console|cli|cron|worker|server|bootstrap)\.php|artisan|console|yii|spark|manage\.py|[aw]sgi\.py|config\.ru|Rakefile|__main__\.py)$|[\\/](?:bin|exe)[\\/][\w-]{1,60}$/;

const LOADS_FILE = /^(?:require|include)(?:_once)?$|^load$/;

/** Whether a frame is of a script that starts the program, or of its outermost lines. */
export function isEntry({ function: name, file }: Known): boolean {
  return (
    (file !== undefined && ENTRY_FILE.test(file)) ||
    (name !== undefined && (LOADS_FILE.test(name) || name === 'main.main'))
  );
}

/** Behind these, Firefox shows who asked to be called later; other engines do not. Of listeners older stacks have no mark. */
const CALLED_LATER = /^(?!EventListener\.)(?:[A-Z][\w.]{2,40}|[a-zA-Z]{3,30} (?:handler|callback))\*/;

/** What is loaded as a script; other addresses are those of pages. */
const SCRIPT = /^[^?#]*\.(?:[cm]?[jt]sx?|vue|svelte|wasm|jsbundle|bundle)(?:$|[?#]|\/\/&)/;

/** Whether the file of a frame is the page itself: its address says which page it was. */
export function isPage(file: string | undefined): boolean {
  return file !== undefined && /^https?:\/\//.test(file) && !SCRIPT.test(file);
}

/** Attributes of a page with code in them: some engines show who called it, some do not. */
const ATTRIBUTE = /^(?:\w{1,60}\.)?on[a-z]{3,30}$/;

/** Whether the frames from here on are shown by some engines only. */
export function isShownBySome({ function: name, file }: Known): boolean {
  return name !== undefined && (CALLED_LATER.test(name) || (ATTRIBUTE.test(name) && isPage(file)));
}

/**
 * Projects that are asked for most, the most popular first: what a mistyped name probably stood for. Made from
 * tests/scoreboards/resolve-packages.txt, whose order is that of the downloads.
 */
const names = `
boto3 urllib3 requests certifi charset-normalizer idna python-dateutil typing-extensions packaging s3transfer
botocore setuptools six pyyaml numpy fsspec cryptography aiobotocore pip click
grpcio-status pydantic cffi pycparser pandas jinja2 attrs markupsafe pydantic-core rsa
pyasn1 protobuf platformdirs zipp importlib-metadata jmespath colorama wheel awscli virtualenv
filelock googleapis-common-protos google-api-core tomli pyjwt wrapt pytz google-auth jsonschema pluggy
aiohttp yarl multidict frozenlist aiosignal async-timeout cachetools rich pygments docutils
pytest iniconfig exceptiongroup tqdm sqlalchemy greenlet requests-oauthlib oauthlib scipy pyarrow
psutil pyparsing beautifulsoup4 soupsieve lxml pillow httpx httpcore h11 anyio
sniffio openpyxl et-xmlfile google-cloud-storage google-cloud-core google-resumable-media proto-plus grpcio more-itertools isodate
websocket-client tabulate pynacl paramiko bcrypt azure-core azure-storage-blob azure-identity msal msal-extensions
werkzeug flask itsdangerous blinker gunicorn django djangorestframework asgiref sqlparse uvicorn
fastapi starlette python-multipart email-validator dnspython annotated-types scikit-learn joblib threadpoolctl matplotlib
kiwisolver cycler fonttools contourpy networkx sympy mpmath torch transformers tokenizers
huggingface-hub safetensors regex nltk spacy gensim tensorflow keras h5py xgboost
lightgbm statsmodels seaborn plotly bokeh dash streamlit altair jupyterlab notebook
ipython ipykernel nbconvert jupyter-client traitlets pyzmq tornado prompt-toolkit apache-airflow celery
kombu redis pymongo psycopg2-binary asyncpg mysqlclient pymysql alembic mako sphinx
mkdocs mkdocs-material black isort flake8 mypy ruff pylint poetry hatch
twine build tox nox pre-commit coverage hypothesis faker factory-boy mock
scrapy selenium playwright dask distributed ray mlflow snowflake-connector-python databricks-sdk openai
`;

export const popularNames: readonly string[] = names.trim().split(/\s+/);

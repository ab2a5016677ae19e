from vcr.serializers import compat as compat
from vcr.serializers import jsonserializer as jsonserializer
from vcr.serializers import yamlserializer as yamlserializer
